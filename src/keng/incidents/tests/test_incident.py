"""One answer, one outcome and one end for all tips of an event."""

import datetime

import pytest
from django.urls import reverse

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage
from keng.delivery.models import Delivery
from keng.incidents import incident_acts as actions
from keng.incidents import incident_queries as queries
from keng.intake.examination.examine import examine_tips
from keng.kit import times
from keng.places.models import Unit
from keng.tips import errors
from keng.tips.models import DialogueMessage, Incident, Sighting, Tip
from keng.tips.wordless import ONLY_PICTURES
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    unit = make.unit()
    officer = make.officer(unit=unit)
    tips = tuple(
        make.tip(unit=unit, text=f"Tin nhắn trúng thưởng xe máy đòi hai triệu {n}")
        for n in range(4)
    )
    make.conversation(tips[1])
    Tip.objects.filter(pk=tips[2].pk).update(do_not_contact=True)
    return make.incident(unit=unit, by=officer, tips=tips), officer, tips


def test_one_answer_reaches_every_reporter_alone(event):
    incident, officer, tips = event
    actions.answer_incident(incident.pk, text="Đây là lừa đảo, đừng chuyển tiền.", by=officer)
    answered = set(DialogueMessage.objects.values_list("tip", flat=True))
    assert answered == {tips[0].pk, tips[1].pk, tips[3].pk}
    assert Delivery.objects.count() == 1
    entry = Entry.objects.get(action="incident.answered")
    assert entry.detail["tips"] == 3
    assert len(entry.detail["digest"]) == 64


def test_a_tip_kept_apart_gets_no_common_answer(event):
    incident, officer, tips = event
    actions.answer_incident(incident.pk, text="Cảnh giác", by=officer, apart=(tips[0].pk,))
    assert not tips[0].messages.exists()


def test_one_answer_to_all_is_taken_back_for_all(event):
    incident, officer, _ = event
    batch = actions.answer_incident(incident.pk, text="Nhầm", by=officer)
    assert actions.withdraw_incident_answer(batch, by=officer) == actions.WithdrawnAnswers(3, 0)
    assert not DialogueMessage.objects.exists()
    assert Delivery.objects.get().state == "cancelled"
    with pytest.raises(NotAllowed):
        actions.withdraw_incident_answer(batch, by=officer)


def test_it_cannot_be_taken_back_once_it_has_left(event):
    incident, officer, _ = event
    batch = actions.answer_incident(incident.pk, text="Xong", by=officer)
    DialogueMessage.objects.update(visible_at=times.now() - datetime.timedelta(seconds=1))
    with pytest.raises(errors.TooLate):
        actions.withdraw_incident_answer(batch, by=officer)


@pytest.fixture
def answered(event):
    """The event in the desk of a commune, with an answer to all that has not left yet."""
    incident, officer, tips = event
    province = make.province_unit()
    make.unit_key(province)
    Unit.objects.filter(pk=incident.unit_id).update(parent=province)
    incident = Incident.objects.get(pk=incident.pk)
    Tip.objects.update(chat_shows_answers=True)
    tips = [Tip.objects.get(pk=tip.pk) for tip in tips if tip != tips[2]]
    batch = actions.answer_incident(incident.pk, text="Nhầm", by=officer)
    return incident, officer, tips, batch


def test_what_became_of_one_tip_lets_no_answer_leave_for_the_others(answered):
    incident, officer, (first, second, third), batch = answered
    triage.decline_tip(first.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    triage.route_tip(second.pk, to=incident.unit.parent, reason="Việc của tỉnh", by=officer)
    assert actions.withdraw_incident_answer(batch, by=officer) == actions.WithdrawnAnswers(3, 0)
    assert not DialogueMessage.objects.filter(text="Nhầm").exists()
    assert not Delivery.objects.filter(state="queued", text__text="Nhầm").exists()
    withdrawn = Entry.objects.filter(action="tip.reply_withdrawn").values_list("object_id")
    assert {pk for (pk,) in withdrawn} == {str(tip.pk) for tip in (first, second, third)}


def test_what_has_left_to_one_reporter_does_not_leave_to_the_others(answered, desk_client):
    incident, officer, (_first, second, _third), batch = answered
    Delivery.objects.filter(text__text="Nhầm").update(state="leased", leased_until=times.now())
    sign_in(desk_client, officer)
    fields = {"batch": str(batch), "incident": str(incident.pk)}
    page = desk_client.post("/tips/incidents/withdraw/", fields, follow=True).content.decode()
    assert "Đã rút lại với 2 người báo. Với 1 người báo thì đã quá muộn để rút lại." in page
    assert DialogueMessage.objects.get(text="Nhầm").tip == second
    [step] = second.decisions.filter(kind="replied")
    assert "taken_back" not in step.detail
    again = desk_client.post("/tips/incidents/withdraw/", fields, follow=True).content.decode()
    assert "Đã quá lúc hoàn tác." in again


def test_an_incident_that_has_left_the_desk_is_answered_by_the_list(answered, desk_client):
    incident, officer, tips, batch = answered
    Tip.objects.filter(do_not_contact=True).update(incident=None)
    for tip in tips:
        triage.route_tip(tip.pk, to=incident.unit.parent, reason="Việc của tỉnh", by=officer)
    sign_in(desk_client, officer)
    fields = {"batch": str(batch), "incident": str(incident.pk)}
    answer = desk_client.post("/tips/incidents/withdraw/", fields, follow=True)
    assert answer.status_code == 200
    assert "Đã rút lại với 3 người báo." in answer.content.decode()


def test_tips_the_officer_may_not_see_get_no_answer_and_are_not_counted(event):
    incident, officer, tips = event
    hidden = make.tip(unit=incident.unit, concerns=(incident.unit,))
    Tip.objects.filter(pk=hidden.pk).update(incident=incident)
    actions.answer_incident(incident.pk, text="Cảnh giác", by=officer)
    assert not hidden.messages.exists()
    assert queries.answer_balance(incident, officer).total == len(tips)


def test_the_balance_sums_up_to_the_tips(event):
    incident, officer, tips = event
    Tip.objects.filter(pk=tips[3].pk).update(state="closed", closed_at=times.now(), due_at=None)
    balance = queries.answer_balance(incident, officer)
    assert (balance.sent, balance.not_contacted, balance.closed, balance.total) == (2, 1, 1, 4)


def test_the_outcome_and_the_end_hold_for_every_tip(event):
    incident, officer, tips = event
    with pytest.raises(errors.NoOutcome):
        actions.close_incident(incident.pk, by=officer)
    actions.record_incident_outcome(
        incident.pk, outcome="warned", by=officer, money_saved=18_000_000, persons_helped=2
    )
    actions.close_incident(incident.pk, by=officer)
    for tip in tips:
        tip.refresh_from_db()
        assert (tip.state, tip.outcome) == ("closed", "warned")
    assert not tips[2].messages.exists()
    incident.refresh_from_db()
    assert incident.closed_at
    assert incident.money_saved == 18_000_000
    with pytest.raises(errors.AlreadyClosed):
        actions.answer_incident(incident.pk, text="x", by=officer)


def test_the_end_leaves_open_whom_nobody_has_answered_and_names_them_with_their_words(
    event, desk_client
):
    incident, officer, tips = event
    actions.record_incident_outcome(incident.pk, outcome="warned", by=officer)
    answered, waits = tips[1], tips[3]
    Tip.objects.filter(pk=waits.pk).update(reference="2026-NENH-0044")
    later = times.now() + datetime.timedelta(minutes=1)
    make.message(answered, "Tôi gửi thêm ảnh", author="reporter", at=later)
    make.message(answered, "Hết rồi bạn nhé", author="desk", officer=officer)
    make.message(waits, "Tôi nhớ ra: số ấy có đuôi 77", author="reporter", at=later)
    client = sign_in(desk_client, officer)
    page = client.get(reverse("incident", "keng.site.desk_urls", [incident.pk])).content.decode()
    named = page.partition('id="stay-open"')[2].partition("</section>")[0]
    assert "Khép vụ việc sẽ để lại 1 tin" in named
    assert "2026-NENH-0044" in named
    assert "Tôi nhớ ra: số ấy có đuôi 77" in named
    assert "Tôi gửi thêm ảnh" not in named
    assert page.index('id="stay-open"') < page.index('id="close-all"')
    close = reverse("incident-close", "keng.site.desk_urls", [incident.pk])
    done = client.post(close, {"text": ""}, follow=True).content.decode()
    assert "Đã khép 3 tin." in done
    assert "2026-NENH-0044" in done
    states = {tip.pk: tip.state for tip in Tip.objects.filter(incident=incident)}
    # It leads what is left of the incident.
    assert states.pop(waits.pk) == "accepted"
    assert set(states.values()) == {"closed"}
    incident.refresh_from_db()
    assert incident.closed_at is None
    assert Entry.objects.get(action="incident.closed").detail["left"] == 1
    with pytest.raises(errors.NobodyAnswered):
        actions.close_incident(incident.pk, by=officer)
    make.message(waits, "Đừng chuyển nhé", author="desk", officer=officer)
    assert actions.close_incident(incident.pk, by=officer).left == []
    incident.refresh_from_db()
    assert incident.closed_at


def test_the_tip_that_says_something_else_comes_first(event):
    incident, officer, tips = event
    odd = make.tip(
        unit=incident.unit, text="Hẹn sáu giờ tối mai ở cổng khu công nghiệp, một nam tới"
    )
    Tip.objects.filter(pk=odd.pk).update(incident=incident, duplicate_of=tips[0], state="duplicate")
    members = queries.incident_tips(incident, officer)
    assert (members[0].tip, members[0].is_odd) == (odd, True)
    assert [member.is_odd for member in members[1:]] == [False] * 4


@pytest.mark.parametrize("wordless", [[0, 1], [1, 2], [0, 1, 2, 3]])
def test_pictures_alone_are_looked_at_before_one_answer_goes_to_all(event, wordless):
    incident, officer, tips = event
    for at in wordless:
        Tip.objects.filter(pk=tips[at].pk).update(text=ONLY_PICTURES)
    members = queries.incident_tips(incident, officer)
    odd = {member.tip.pk for member in members if member.is_odd}
    assert odd == {tips[at].pk for at in wordless}


def test_what_joins_in_the_moment_of_the_end_is_not_left_open_behind_it(event, monkeypatch):
    incident, officer, _ = event
    actions.record_incident_outcome(incident.pk, outcome="solved", by=officer)
    late = make.tip(unit=incident.unit)
    lock_incident = actions._locked_incident

    def lock_after_another_joined(incident_id, by):
        Tip.objects.filter(pk=late.pk).update(incident=incident)
        return lock_incident(incident_id, by)

    monkeypatch.setattr(actions, "_locked_incident", lock_after_another_joined)
    with pytest.raises(errors.ChangedMeanwhile):
        actions.close_incident(incident.pk, by=officer)
    incident.refresh_from_db()
    assert incident.closed_at is None


def test_an_incident_of_another_unit_is_nobodys_business(event):
    incident, _, _ = event
    with pytest.raises(NotAllowed):
        actions.rename_incident(incident.pk, title="x", by=make.officer(unit=make.unit()))


def test_the_site_that_several_tips_name_is_what_they_have_in_common():
    unit = make.unit()
    tips = tuple(make.tip(unit=unit, text=f"Tờ {n}: la-{n}.example, chung.example") for n in (1, 2))
    examine_tips()
    Sighting.objects.update(role="unknown")
    incident = make.incident(unit=unit, by=(officer := make.officer(unit=unit)), tips=tips)
    common = queries.shared_indicators(incident, officer)
    assert [(line.label, line.count) for line in common] == [("chung.example", 2)]
    Sighting.objects.update(role="not_used")
    assert queries.shared_indicators(incident, officer) == []


def test_a_number_counts_in_each_tip_that_names_it_and_says_where_its_part_is_unknown(desk_client):
    unit = make.unit()
    tips = tuple(make.tip(unit=unit) for _ in range(6))
    caller, own = make.indicator("+84510777214"), make.indicator("+84987654321")
    for tip in tips:
        make.sighting(tip, indicator=caller, role="used" if tip in tips[:4] else "unknown")
        # In all of them unknown: it may be the reporters' own.
        make.sighting(tip, indicator=own, role="unknown")
    incident = make.incident(unit=unit, by=(officer := make.officer(unit=unit)), tips=tips)
    (line,) = queries.shared_indicators(incident, officer)
    assert (line.label, line.count, line.undecided) == ("+84510777214", 6, 2)
    sign_in(desk_client, officer)
    page = desk_client.get(reverse("incident", "keng.site.desk_urls", args=[incident.pk]))
    assert "trong đó 2 tin chưa rõ vai trò" in page.content.decode()


def test_the_page_shows_what_went_to_all_with_its_count_and_nothing_taken_back(event, desk_client):
    incident, officer, tips = event
    actions.answer_incident(incident.pk, text="Đây là lừa đảo.", by=officer, apart=(tips[0].pk,))
    nothing = actions.answer_incident(incident.pk, text="Nhầm tin.", by=officer)
    actions.withdraw_incident_answer(nothing, by=officer)
    [sent] = queries.answers_sent_to_all(incident, officer)
    assert (sent.text, sent.by, sent.count) == ("Đây là lừa đảo.", str(officer), 2)
    sign_in(desk_client, officer)
    address = reverse("incident", "keng.site.desk_urls", args=[incident.pk])
    page = desk_client.get(address, {"answer": "scam-money"}).content.decode()
    assert "tới 2 người báo" in page
    assert "Nhầm tin." not in page
    assert 'data-ready="#answer-all"' in page
    assert (
        "gọi ngay ngân hàng của bạn" in page.partition("<textarea")[2].partition("</textarea>")[0]
    )


def test_no_ready_answer_for_all_says_what_holds_for_one_tip(event):
    incident, officer, tips = event
    ready = queries.ready_answers_for_several(incident.unit_id, officer, list(tips))
    assert {each.code for each in ready}.isdisjoint({"looking"})
    assert not any("{" in each.text for each in ready)
    Tip.objects.update(language="en")
    [first, *_] = queries.ready_answers_for_several(
        incident.unit_id, officer, list(Tip.objects.all())
    )
    assert "Thank you" in first.text


def test_an_own_sentence_is_shown_with_its_whole_link(event):
    incident, _officer, tips = event
    own = "Nhóm chat lớp cháu chuyền nhau trang qua-tet-2026.example[.]top kèm ảnh trúng xe máy"
    Tip.objects.filter(pk=tips[3].pk).update(text=f"{tips[3].text}. {own}. Mong các anh xem giúp!")
    found = queries.differences_of_tips(list(Tip.objects.filter(incident=incident)))
    assert found[tips[3].pk].sentence == own


def test_the_page_shows_what_each_tip_has_that_the_others_have_not(event, desk_client):
    incident, officer, tips = event
    for tip in tips:
        make.sighting(tip, indicator=make.indicator("+84912000417"))
    make.sighting(tips[1], indicator=make.indicator("98A-12345", type="plate"))
    Tip.objects.filter(pk=tips[3].pk).update(
        text=f"{tips[3].text}. Hôm nay bà ngoại em vừa ra ngân hàng rút sổ tiết kiệm"
    )
    found = queries.differences_of_tips(list(Tip.objects.filter(incident=incident)))
    assert found[tips[1].pk].indicators == ["98A-12345"]
    assert found[tips[3].pk].sentence.startswith("Hôm nay bà ngoại em")
    assert set(found) == {tips[1].pk, tips[3].pk}
    sign_in(desk_client, officer)
    address = reverse("incident", "keng.site.desk_urls", args=[incident.pk])
    html = desk_client.get(address).content.decode()
    assert html.count("Chỉ tin này có:") == 2
