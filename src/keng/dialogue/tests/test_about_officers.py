"""A report about officers stands above their desk from the first, until its reporter decides."""

import pytest
from django.urls import reverse

from keng.alarms import bar
from keng.alarms import ringing as alarm_ringing
from keng.audit import verify
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import meant_for_unit, triage, undo
from keng.delivery.models import Conversation, Delivery, Dispatch
from keng.intake.examination import examine
from keng.places.models import Unit
from keng.tips import errors
from keng.tips.models import Tip, TipConcern
from keng.vault.models import SealedIdentity
from tests import make

ABOUT = "Trưởng công an phường nhận tiền bảo kê sòng bạc, em sợ không dám ra phường"
STORY = "Có hai thanh niên đang cạy cửa nhà trọ số 5"


@pytest.fixture
def units(say):
    commune = Unit.objects.get(kind="commune")
    return commune, commune.parent


def test_in_a_chat_it_stands_at_the_province_and_only_that_unit_does_not_see_it(
    say, units, answers
):
    commune, province = units
    say(ABOUT)
    tip = Tip.objects.get()
    assert tip.responsible_unit == province
    concern = tip.concerns.get()
    assert (concern.unit, concern.is_guess) == (commune, True)
    assert not Tip.objects.visible_to(make.officer(unit=commune)).exists()
    assert list(Tip.objects.visible_to(make.officer(unit=province))) == [tip]
    (told,) = answers()
    assert "Tin này có vẻ nói về cán bộ ở đây. Đã gửi thẳng lên tỉnh" in told
    assert f"gửi cho {commune.name}" in told
    assert "Công an tỉnh Thử đã nhận" in told


def test_nothing_of_it_carries_the_name_of_the_unit(say, units):
    commune, province = units
    say(ABOUT + ". sdt của em 0987000123")
    assert Dispatch.objects.get().unit == province
    assert set(SealedIdentity.objects.values_list("unit", flat=True)) == {province.pk}
    assert not Entry.objects.filter(chain=f"unit:{commune.pk}").exists()
    examine.examine_tips()
    assert commune.short_name not in Tip.objects.get().reference


def test_danger_rings_at_the_province_and_nobody_of_the_unit_is_called(say, units):
    commune, province = units
    theirs, above = make.officer(unit=commune), make.officer(unit=province)
    both = make.officer(unit=commune)
    make.post(both, unit=province)
    for officer in (theirs, above, both):
        make.pager(officer)
    say("Cứu với, công an viên đang đánh người, anh ta có dao")
    tip = Tip.objects.get()
    assert (tip.urgency, tip.responsible_unit) == ("P0", province)
    alarm_ringing.call_what_rings()
    assert {call.officer for call in tip.alarm.calls.all()} == {above}
    assert bar.ringing_tips_of(theirs) == []


def test_a_later_message_about_officers_does_not_join_what_their_desk_reads(say, units):
    commune, province = units
    say(STORY)
    say(ABOUT, id="m2")
    say(ABOUT, id="m2")
    say("hôm nào em cũng thấy")
    ordinary, about = Tip.objects.order_by("id")
    assert (ordinary.responsible_unit, about.responsible_unit) == (commune, province)
    assert [m.text for m in ordinary.messages.all()] == [STORY]
    assert [m.text for m in about.messages.order_by("id")] == [ABOUT, "hôm nào em cũng thấy"]
    # What the desk still asks about the first one reaches its reporter.
    assert Conversation.objects.get(tip_ref=ordinary.pk).key_hash is None


def test_whoever_asked_for_silence_is_not_written_to_about_the_new_report(say, answers):
    say("Hàng xóm hay đánh vợ, đừng gọi lại cho tôi")
    say(ABOUT)
    ordinary, about = Tip.objects.order_by("id")
    assert (ordinary.do_not_contact, about.do_not_contact) == (True, True)
    assert not Delivery.objects.exclude(state="cancelled").exists()
    # Another chat of the same batch has nothing to do with it.
    say(ABOUT, who="binh")
    assert not Tip.objects.latest("id").do_not_contact


def test_what_an_officer_found_is_no_guess_any_more(say, units):
    _commune, province = units
    say(ABOUT)
    tip = Tip.objects.get()
    officer = make.officer(unit=province)
    triage.sort_tip(tip.pk, category="other", kind=Tip.Kind.OFFICIAL, by=officer)
    say("gửi cho công an phường")
    examine.examine_messages()
    assert meant_for_unit.hand_down_tips() == 0
    assert not tip.concerns.get().is_guess


def test_a_second_message_about_officers_joins_the_first(say):
    say(ABOUT)
    say("Ông trưởng công an phường còn đòi thêm phong bì")
    assert Tip.objects.get().messages.count() == 2


@pytest.mark.parametrize(
    "text",
    [
        "gửi cho Công an phường Thử",
        "Đúng là gửi cho công an phường",
        "gui cong an phuong",
        "đúng là gửi cho công an xã",
        "for Công an phường Thử",
    ],
)
def test_the_reporter_says_in_the_chat_that_it_is_meant_for_the_unit(say, units, answers, text):
    commune, _province = units
    say(ABOUT)
    say(text)
    examine.examine_messages()
    assert meant_for_unit.hand_down_tips() == 1
    assert meant_for_unit.hand_down_tips() == 0
    tip = Tip.objects.get()
    assert tip.responsible_unit == commune
    assert not tip.concerns.exists()
    # The chat names no desk; the page does.
    assert answers()[-1] == "Bạn có trả lời mới"
    assert "đã chuyển cho Công an phường Thử" in tip.messages.latest("id").text
    acts = set(Entry.objects.values_list("action", flat=True))
    assert {"tip.reporter_meant_unit", "tip.handed_down"} <= acts
    # From now on words about them stay in this talk: the reporter has decided.
    say("Ông trưởng công an phường còn đòi thêm phong bì")
    assert Tip.objects.count() == 1
    assert list(verify.chain_faults()) == []


def test_what_somebody_above_is_working_on_stays_there(say, units, answers):
    commune, province = units
    say(ABOUT)
    tip = Tip.objects.get()
    triage.accept_tip(tip.pk, by=make.officer(unit=province))
    say("gửi cho công an phường")
    examine.examine_messages()
    meant_for_unit.hand_down_tips()
    tip.refresh_from_db()
    assert (tip.responsible_unit, tip.concerns.exists()) == (province, False)
    assert commune in triage.units_to_route(tip)
    assert answers()[-1] == "Bạn có trả lời mới"
    assert "đang giải quyết tin của bạn" in tip.messages.latest("id").text


def test_the_same_words_in_an_ordinary_report_do_nothing(say, units):
    say(STORY)
    say("gửi cho công an phường")
    examine.examine_messages()
    assert meant_for_unit.hand_down_tips() == 0
    assert Tip.objects.get().meant_for_unit_at is None


def test_who_only_plays_the_police_is_no_officer(say, units):
    commune, _province = units
    say("Có người gọi tự xưng công an phường đòi em nộp tiền")
    assert Tip.objects.get().responsible_unit == commune


@pytest.fixture
def desk():
    unit = make.unit(parent=make.province_unit())
    return unit, make.officer(unit=unit)


def test_sorting_as_a_complaint_about_officers_moves_it_above(db, desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    triage.sort_tip(tip.pk, category="other", kind=Tip.Kind.OFFICIAL, by=officer)
    tip.refresh_from_db()
    assert tip.responsible_unit == unit.parent
    assert (tip.concerns.get().unit, tip.concerns.get().is_guess) == (unit, False)
    assert not Tip.objects.visible_to(officer).exists()
    step = tip.decisions.get()
    assert (step.kind, step.unit, step.detail["law_kind"]) == ("sorted", unit.parent, tip.kind)
    assert not Entry.objects.filter(chain=f"unit:{unit.pk}").exists()
    assert Entry.objects.filter(action="tip.sorted", chain=f"unit:{unit.parent_id}").exists()


def test_sorting_it_so_by_mistake_is_undone_within_the_minute(db, desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = triage.sort_tip(tip.pk, category="other", kind=Tip.Kind.OFFICIAL, by=officer)
    undo.take_back_decision(step.pk, by=officer)
    tip.refresh_from_db()
    assert (tip.responsible_unit, tip.kind) == (unit, Tip.Kind.UNSORTED)
    assert not tip.concerns.exists()


def test_undoing_it_leaves_a_guess_a_guess(db, desk):
    """By sorting or declining, at the commune or above: whoever may say it is meant for the unit
    finds that open as before."""
    unit, officer = desk
    make.clock_rules()
    above = make.officer(unit=unit.parent)
    for by, at in ((officer, unit), (above, unit.parent)):
        other = make.unit(parent=unit.parent)
        tip = make.tip(unit=at)
        guess = TipConcern.objects.create(tip=tip, unit=other, is_guess=True)
        step = triage.sort_tip(tip.pk, category="other", kind=Tip.Kind.OFFICIAL, by=by)
        guess.refresh_from_db()
        assert guess.is_guess is False
        undo.take_back_decision(step.pk, by=by)
        guess.refresh_from_db()
        assert guess.is_guess is True
    tip = make.tip(unit=unit)
    guess = TipConcern.objects.create(tip=tip, unit=make.unit(), is_guess=True)
    step = triage.decline_tip(tip.pk, kind="official", reply="Gửi cấp trên.", by=officer)
    guess.refresh_from_db()
    assert guess.is_guess is False
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    guess.refresh_from_db()
    assert guess.is_guess is True


def test_the_province_sorts_such_a_complaint_and_keeps_it(db, desk):
    unit, _ = desk
    coordinator = make.officer(unit=unit.parent)
    tip = make.tip(unit=unit.parent)
    triage.sort_tip(tip.pk, category="other", kind=Tip.Kind.OFFICIAL, by=coordinator)
    tip.refresh_from_db()
    assert (tip.responsible_unit, tip.kind) == (unit.parent, Tip.Kind.OFFICIAL)


def test_without_a_unit_above_nothing_is_sorted_so(db):
    alone = make.unit()
    tip = make.tip(unit=alone)
    with pytest.raises(errors.NoUnitAbove):
        triage.sort_tip(
            tip.pk, category="other", kind=Tip.Kind.OFFICIAL, by=make.officer(unit=alone)
        )
    tip.refresh_from_db()
    assert tip.kind == Tip.Kind.UNSORTED


def test_the_page_after_sorting_says_that_the_desk_no_longer_sees_it(desk_client, db, desk):
    unit, officer = desk
    tip = make.tip(unit=unit, reference="2026-THU-0001")
    client = sign_in(desk_client, officer)
    url = reverse("tip-sort", "keng.site.desk_urls", args=[tip.pk])
    page = client.post(url, {"category": "other", "kind": "to_cao_can_bo"}, follow=True)
    assert page.status_code == 200
    assert "2026-THU-0001 đã lên đơn vị cấp trên" in page.content.decode()
    tip.refresh_from_db()
    assert tip.responsible_unit == unit.parent


@pytest.mark.parametrize(
    "text",
    [
        "Báo công an phường rồi mà không ai xuống",
        "Gửi công an phường thì họ lờ đi",
        "báo công an phường mà họ đánh tôi",
        "Báo công an xã là bị trả thù",
        "gửi cho công an phường khác",
    ],
)
def test_a_sentence_that_only_begins_like_it_hands_nothing_down(say, units, text):
    _commune, province = units
    say(ABOUT)
    say(text)
    examine.examine_messages()
    assert meant_for_unit.hand_down_tips() == 0
    assert Tip.objects.order_by("id")[0].responsible_unit == province


def test_a_hidden_report_never_names_an_incident_that_its_desk_can_see(say, units):
    commune, province = units
    number = "0912 000 455"
    above = make.officer(unit=province)
    seen, other = (make.tip(unit=commune, category="scam_bank") for _ in range(2))
    hidden = make.tip(
        unit=province,
        concerns=(commune,),
        text=f"Cán bộ phường bảo gọi số {number} rồi chuyển tiền vào đó",
    )
    examine.examine_tips()
    hidden.sightings.update(role="used")
    triage.mark_duplicate(seen.pk, of=hidden.pk, by=above)
    seen.refresh_from_db()
    assert number not in seen.incident.title
    triage.separate_tip(seen.pk, reason="Khác việc", by=above)
    # And when the first of an incident leaves it to one that is hidden and to one that is not.
    triage.mark_duplicate(hidden.pk, of=seen.pk, by=above)
    triage.mark_duplicate(other.pk, of=seen.pk, by=above)
    triage.separate_tip(seen.pk, reason="Khác việc", by=above)
    other.refresh_from_db()
    assert other.incident.title
    assert number not in other.incident.title
    assert "cán bộ" not in other.incident.title.casefold()
