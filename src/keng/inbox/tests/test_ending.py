"""A tip ends by one form: its value, what came of it, the money, and the words that leave."""

import html

import pytest
from django.utils import translation

from keng.audit.models import Entry
from keng.audit_page.change_words import FieldChange, entry_changes
from keng.decisions import triage
from keng.dialogue import answering, reporter
from keng.inbox.tests.test_tip_page import url
from keng.tips import letters
from keng.tips.models import Incident, Tip
from tests import make

pytestmark = pytest.mark.django_db


def seen_version(client, tip):
    return client.get(url("tip-close", tip.pk)).context["seen"]


def newest_version(client, tip):
    return client.get(url("tip", tip.pk)).context["seen"]


def test_one_form_ends_it_with_value_outcome_money_and_words(desk, unit):
    # With a category of which the reporter is told more than that it is over.
    tip = make.tip(unit=unit, category="scam_impersonation")
    address = url("tip-close", tip.pk)
    shown = desk.get(address).content.decode()
    # The words are on the page as they will be sent, for each outcome.
    assert 'data-sentence="Việc bạn báo đã được làm rõ.' in shown
    sent = {
        "outcome": "prevented",
        "value": "of_value",
        "note": "Ngân hàng giữ lại",
        "money_saved": "18.000.000",
        "persons_helped": "1",
        "text": "Ngân hàng đã giữ lại 18 triệu cho bác.",
    }
    answer = desk.post(address, sent | {"seen": seen_version(desk, tip)}, follow=True)
    assert answer.redirect_chain[-1][0] == url("inbox")
    tip.refresh_from_db()
    assert (tip.state, tip.outcome, tip.value) == ("closed", "prevented", "of_value")
    assert [step.kind for step in tip.decisions.order_by("id")] == ["rated", "outcome", "closed"]
    assert tip.messages.get(author="desk").text == sent["text"]
    incident = tip.incident
    assert (incident.money_saved, incident.persons_helped) == (18_000_000, 1)
    assert incident.closed_at is not None


def test_without_money_no_incident_is_opened_and_the_fixed_sentence_goes_out(desk, unit):
    tip = make.tip(unit=unit, category="theft")
    with translation.override("vi"):
        sentence = letters.closing_sentence(tip, "solved")
    # The box still holds the words of another outcome: nobody wrote them.
    with translation.override("vi"):
        other = letters.closing_sentence(tip, "warned")
    sent = {"outcome": "solved", "text": other, "seen": seen_version(desk, tip)}
    desk.post(url("tip-close", tip.pk), sent)
    tip.refresh_from_db()
    assert tip.incident_id is None
    message = tip.messages.get()
    assert (message.text, message.officer_id) == (sentence, None)


def test_taking_the_end_back_takes_its_money_back(desk, unit):
    tip = make.tip(unit=unit)
    sent = {"outcome": "solved", "money_lost": "5000000", "seen": seen_version(desk, tip)}
    desk.post(url("tip-close", tip.pk), sent)
    desk.post(url("decision-undo"), desk.session["undo"]["fields"])
    tip.refresh_from_db()
    assert (tip.state, tip.incident_id) == ("received", None)
    # What no tip tells of is in no figure (reports.figures.definitions).
    assert not Incident.objects.filter(tips__isnull=False).exists()
    # And it ends again, with what stands in the form then.
    sent = {"outcome": "solved", "money_lost": "7000000", "seen": seen_version(desk, tip)}
    desk.post(url("tip-close", tip.pk), sent)
    assert Incident.objects.get(tips=tip.pk).money_lost == 7_000_000


@pytest.mark.parametrize("with_incident", [False, True])
def test_taking_the_end_back_takes_its_outcome_and_value_back(desk, unit, with_incident):
    tip = make.tip(unit=unit)
    if with_incident:
        officer = make.officer(unit=unit)
        incident = make.incident(unit=unit, by=officer, tips=(tip,), money_lost=9)
    sent = {"outcome": "prevented", "value": "of_value", "note": "Kịp giữ", "text": "Đã xong."}
    desk.post(url("tip-close", tip.pk), sent | {"seen": seen_version(desk, tip)})
    desk.post(url("decision-undo"), desk.session["undo"]["fields"])
    tip.refresh_from_db()
    assert (tip.state, tip.outcome, tip.outcome_note, tip.value) == ("received", "", "", "unrated")
    # No figure counts what was said by that end.
    assert all(step.detail["taken_back"] for step in tip.decisions.all())
    if with_incident:
        incident.refresh_from_db()
        assert (incident.outcome, incident.outcome_note, incident.closed_at) == ("", "", None)


def test_taking_the_end_back_leaves_the_outcome_that_was_saved_before_it(desk, unit):
    tip = make.tip(unit=unit)
    sent = {"outcome": "solved", "value": "of_value", "seen": seen_version(desk, tip)}
    desk.post(url("tip-outcome", tip.pk), sent)
    sent = {"outcome": "prevented", "value": "of_value", "seen": seen_version(desk, tip)}
    desk.post(url("tip-close", tip.pk), sent)
    desk.post(url("decision-undo"), desk.session["undo"]["fields"])
    tip.refresh_from_db()
    assert (tip.outcome, tip.value) == ("solved", "of_value")
    assert [("taken_back" in step.detail) for step in tip.decisions.order_by("id")] == [
        False,
        False,
        True,
        True,
    ]


def test_opened_again_it_keeps_what_was_written_down_of_it(desk, unit):
    tip = make.tip(unit=unit)
    sent = {"outcome": "solved", "money_lost": "5000000", "seen": seen_version(desk, tip)}
    desk.post(url("tip-close", tip.pk), sent)
    desk.post(url("tip-reopen", tip.pk), {"reason": "Còn nữa", "seen": newest_version(desk, tip)})
    assert 'value="5000000"' in desk.get(url("tip-close", tip.pk)).content.decode()
    assert Incident.objects.get().closed_at is None


def test_money_of_several_tips_is_the_incidents_and_not_one_tips(desk, unit):
    tips = make.tip(unit=unit), make.tip(unit=unit)
    officer = make.officer(unit=unit)
    incident = make.incident(unit=unit, by=officer, tips=tips, money_lost=9)
    shown = desk.get(url("tip-close", tips[0].pk)).content.decode()
    assert 'name="money_lost"' not in shown
    assert url("incident", incident.pk) in shown
    sent = {"outcome": "solved", "money_lost": "5", "seen": seen_version(desk, tips[0])}
    desk.post(url("tip-close", tips[0].pk), sent)
    incident.refresh_from_db()
    assert (incident.money_lost, incident.closed_at) == (9, None)


def test_a_page_without_money_fields_leaves_the_money_that_is_kept(desk, unit):
    tip, other = make.tip(unit=unit), make.tip(unit=unit)
    officer = make.officer(unit=unit)
    incident = make.incident(unit=unit, by=officer, tips=(tip, other), money_lost=5_000_000)
    seen = seen_version(desk, tip)
    # Between the page and its sending the other one leaves: the tip stands alone by now.
    triage.separate_tip(other.pk, reason="Việc khác", by=officer)
    desk.post(url("tip-close", tip.pk), {"outcome": "solved", "seen": seen})
    incident.refresh_from_db()
    assert (incident.money_lost, incident.outcome) == (5_000_000, "solved")
    assert incident.closed_at is not None


def test_an_empty_money_field_takes_no_figure_away_and_a_zero_does(desk, unit):
    tip = make.tip(unit=unit)
    officer = make.officer(unit=unit)
    incident = make.incident(unit=unit, by=officer, tips=(tip,), money_lost=5_000_000)
    empty = dict.fromkeys(Incident.EFFECT, "")
    sent = {"outcome": "solved", "seen": seen_version(desk, tip)} | empty
    desk.post(url("tip-outcome", tip.pk), sent | {"persons_helped": "2"})
    incident.refresh_from_db()
    assert (incident.money_lost, incident.persons_helped) == (5_000_000, 2)
    zero = {"money_lost": "0", "seen": newest_version(desk, tip)}
    desk.post(url("tip-outcome", tip.pk), sent | zero)
    incident.refresh_from_db()
    assert (incident.money_lost, incident.persons_helped) == (0, 2)


def test_the_outcome_of_an_incident_posted_without_its_money_leaves_the_money(desk, unit):
    officer = make.officer(unit=unit)
    tips = make.tip(unit=unit), make.tip(unit=unit)
    incident = make.incident(
        unit=unit, by=officer, tips=tips, money_lost=5_000_000, money_saved=7, persons_helped=3
    )
    sent = {"outcome": "warned", "money_lost": "", "persons_helped": "4"}
    desk.post(url("incident-outcome", incident.pk), sent)
    incident.refresh_from_db()
    kept = incident.money_lost, incident.money_saved, incident.persons_helped
    assert (kept, incident.outcome) == ((5_000_000, 7, 4), "warned")


def test_only_the_outcome_is_saved_and_nothing_goes_out(desk, unit):
    tip = make.tip(unit=unit)
    sent = {"outcome": "solved", "value": "of_value", "text": "Xong", "money_lost": "5.000"}
    desk.post(url("tip-outcome", tip.pk), sent | {"seen": seen_version(desk, tip)})
    tip.refresh_from_db()
    assert (tip.state, tip.outcome, tip.value) == ("received", "solved", "of_value")
    assert (tip.incident.money_lost, tip.incident.closed_at) == (5_000, None)
    assert not tip.messages.exists()
    assert 'value="5000"' in desk.get(url("tip-close", tip.pk)).content.decode()


def test_money_stands_on_record_before_and_after_with_the_incident_that_was_opened(desk, unit):
    tip = make.tip(unit=unit)
    sent = {"outcome": "solved", "money_lost": "5.000"}
    desk.post(url("tip-outcome", tip.pk), sent | {"seen": seen_version(desk, tip)})
    sent["money_lost"] = "7.000"
    desk.post(url("tip-close", tip.pk), sent | {"seen": seen_version(desk, tip)})
    said = Entry.objects.get(action="tip.outcome")
    assert said.detail["changes"] == {"money_lost": [0, 5_000]}
    assert said.detail["opened_incident"] == str(Incident.objects.get().pk)
    closed = Entry.objects.get(action="tip.closed")
    assert closed.detail["changes"] == {"money_lost": [5_000, 7_000]}
    with translation.override("vi"):
        (change,) = entry_changes(closed, {})
    assert change == FieldChange("bị mất, đồng", "5.000", "7.000")


def test_an_end_without_an_outcome_keeps_what_was_typed(desk, unit):
    tip = make.tip(unit=unit)
    sent = {"outcome": "", "text": "Cảm ơn bác", "money_lost": "năm", "seen": ""}
    answer = desk.post(url("tip-close", tip.pk), sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Cảm ơn bác" in shown
    assert "Chọn kết quả." in shown
    assert Tip.objects.get(pk=tip.pk).is_open


def test_who_asked_not_to_be_contacted_is_sent_nothing(desk, unit):
    tip = make.tip(unit=unit, do_not_contact=True)
    assert "không gửi gì" in desk.get(url("tip-close", tip.pk)).content.decode()
    sent = {"outcome": "solved", "text": "Xong", "seen": seen_version(desk, tip)}
    desk.post(url("tip-close", tip.pk), sent)
    assert not tip.messages.filter(author="desk").exists()
    assert Tip.objects.get(pk=tip.pk).state == "closed"


def test_a_critical_tip_that_was_taken_and_answered_is_not_called_untouched(desk, unit):
    tip = make.tip(unit=unit, urgency="P0")
    officer = make.officer(unit=unit)
    triage.accept_tip(tip.pk, by=officer)
    answering.answer_reporter(tip.pk, text="Công an đang tới.", by=officer)
    sent = {"outcome": "solved", "seen": seen_version(desk, tip)}
    shown = desk.post(url("tip-close", tip.pk), sent).content.decode()
    assert "còn việc chưa đánh dấu" in shown
    assert "chưa đánh dấu việc nào" not in shown


def reporter_writes(tip, text):
    reporter.add_reporter_message(tip.pk, text=text)


DECISIONS = ["tip-close", "tip-decline", "tip-suspend", "tip-duplicate", "tip-route"]


@pytest.mark.parametrize("page", [*DECISIONS, "tip"])
def test_what_the_reporter_wrote_meanwhile_stands_above_the_decision(desk, unit, page):
    make.officer(unit=make.unit())  # Another desk to pass it on to.
    tip = make.tip(unit=unit)
    assert "chưa ai trả lời" not in desk.get(url(page, tip.pk)).content.decode()
    reporter_writes(tip, "Chúng tôi đang ở số 7 ngõ Đá, cổng xanh")
    shown = desk.get(url(page, tip.pk)).content.decode()
    assert shown.index("chưa ai trả lời") < shown.index("số 7 ngõ Đá") < shown.index('class="panel')


def test_what_came_after_the_tip_was_opened_is_read_before_any_key(desk, unit):
    tip = make.tip(unit=unit)
    page = desk.get(url("tip", tip.pk)).content.decode()
    links = [
        html.unescape(part.partition('"')[0])
        for part in page.split('href="')[1:]
        if part.startswith(f"/tips/{tip.pk}/") and "seen=" in part.partition('"')[0]
    ]
    names = [url(name, tip.pk) for name in DECISIONS]
    assert {link.partition("?")[0] for link in links} == set(names)
    assert not any("data-read-first" in desk.get(link).content.decode() for link in links)
    reporter_writes(tip, "Chúng tôi đang ở số 7 ngõ Đá, cổng xanh")
    for link in links:
        shown = desk.get(link).content.decode()
        assert "Người báo vừa nhắn" in shown
        assert "data-read-first" in shown
    # Who has it on their page by now has read it there.
    assert "data-read-first" not in desk.get(url("tip", tip.pk)).content.decode()


def test_what_the_desk_has_answered_stands_there_no_more(desk, unit):
    tip = make.tip(unit=unit)
    reporter_writes(tip, "Chúng tôi ở số 7 ngõ Đá")
    answering.answer_reporter(tip.pk, text="Công an đang tới.", by=make.officer(unit=unit))
    assert "chưa ai trả lời" not in desk.get(url("tip-close", tip.pk)).content.decode()


def test_a_message_after_the_page_was_read_is_shown_before_the_end(desk, unit):
    tip = make.tip(unit=unit, urgency="P0")
    sent = {"outcome": "solved", "text": "Đã tới nơi.", "seen": seen_version(desk, tip)}
    reporter_writes(tip, "Chúng tôi đang ở số 7 ngõ Đá, cổng xanh")
    unticked = desk.post(url("tip-close", tip.pk), sent)
    assert "số 7 ngõ Đá" in unticked.content.decode()
    answer = desk.post(url("tip-close", tip.pk), sent | {"sure": "1"})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "số 7 ngõ Đá" in shown
    assert "Đã tới nơi." in shown
    assert Tip.objects.get(pk=tip.pk).is_open
