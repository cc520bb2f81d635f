"""A breach from its detection to its end: the clock, two people, what goes, who is told."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from keng.accounts.models import Officer
from keng.acts.errors import Incomplete, NotAllowed
from keng.audit.models import Entry
from keng.breaches import calls, recording, telling
from keng.breaches.data_classes import BY_CODE
from keng.breaches.errors import (
    AlreadyNotified,
    BreachClosed,
    NoReporterReached,
    NotAssessed,
    NoticeUnderWay,
    NotNotified,
    WaivedItself,
    WaiverDecided,
)
from keng.breaches.harm import HARM_STEPS, rate_harm
from keng.breaches.models import Breach, BreachWaiver
from keng.delivery.models import DispatchText
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db

HARM = {step.code: "no" for step in HARM_STEPS}
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def unit():
    return make.unit(parent=make.province_unit())


@pytest.fixture
def protector(unit):
    return make.officer(unit=unit.parent, role="data_protection")


@pytest.fixture
def coordinator(unit):
    return make.officer(unit=unit.parent, role="coordinator")


def recorded(unit, by, **fields):
    values = {"kind": "read", "words": "Một ổ đĩa sao lưu bị lấy đi", "detected_at": times.now()}
    return recording.record_breach(unit.parent_id, by=by, **values | fields)


def assessed(unit, by, *, reached=("report_words",), **fields):
    breach = recorded(unit, by, **fields)
    return recording.assess_breach(breach.pk, reached=reached, harm=HARM, measures="", by=by)


def actions():
    found = Entry.objects.filter(action__startswith="breach.").order_by("chain", "seq")
    return [entry.action for entry in found]


def test_from_detection_to_the_end_each_step_stands_on_record(unit, protector):
    breach = assessed(unit, protector)
    assert breach.notify_by - breach.detected_at == 72 * HOUR
    assert list(Breach.objects.with_clock()) == [breach]
    with pytest.raises(NotNotified):
        recording.close_breach(breach.pk, words="Đã xong", by=protector)
    filing = recording.note_filing(
        breach.pk, sent_at=times.now(), paper_number="12/BC", by=protector
    )
    assert not Breach.objects.with_clock().exists()
    assert "12/BC" not in str(filing.form)
    with pytest.raises(Incomplete):
        recording.note_filing(breach.pk, sent_at=times.now(), by=protector)
    recording.close_breach(breach.pk, words="Đã thu hồi ổ đĩa", by=protector)
    with pytest.raises(BreachClosed):
        recording.assess_breach(
            breach.pk, reached=["officers"], harm=HARM, measures="", by=protector
        )
    # What becomes known later goes as a supplement, also after the end.
    recording.note_filing(breach.pk, sent_at=times.now(), words="Thêm số liệu", by=protector)
    assert actions() == [
        "breach.recorded",
        "breach.assessed",
        "breach.notified",
        "breach.closed",
        "breach.supplemented",
    ]
    said = str(list(Entry.objects.values_list("detail", flat=True)))
    assert "ổ đĩa" not in said


def test_only_data_protection_of_the_province_records(unit, coordinator):
    with pytest.raises(NotAllowed):
        recorded(unit, coordinator)
    of_commune = make.officer(unit=unit, role="data_protection")
    with pytest.raises(NotAllowed):
        recorded(unit, of_commune)


@pytest.mark.parametrize(
    ("detected", "began"), [(HOUR, None), (-HOUR, 0 * HOUR)], ids=["to come", "backwards"]
)
def test_moments_that_cannot_be_are_refused(unit, protector, detected, began):
    now = times.now()
    with pytest.raises(Incomplete):
        recorded(
            unit,
            protector,
            detected_at=now + detected,
            began_at=None if began is None else now + began,
        )


def test_not_to_notify_takes_two_people(unit, protector, coordinator):
    bare = recorded(unit, protector)
    with pytest.raises(NotAssessed):
        recording.ask_waiver(bare.pk, reason="Đã mã hóa", by=protector)
    breach = assessed(unit, protector)
    waiver = recording.ask_waiver(breach.pk, reason="Đã mã hóa", by=protector)
    # The clock goes on while nobody agreed.
    assert breach in Breach.objects.with_clock()
    with pytest.raises(WaiverDecided):
        recording.ask_waiver(breach.pk, reason="Lần nữa", by=protector)
    with pytest.raises(NotAllowed):
        recording.decide_on_waiver(waiver.pk, is_agreed=True, by=protector)
    make.post(protector, unit=unit.parent, role="administrator")
    both = Officer.objects.get(pk=protector.pk)
    with pytest.raises(WaivedItself):
        recording.decide_on_waiver(waiver.pk, is_agreed=True, by=both)
    recording.decide_on_waiver(waiver.pk, is_agreed=False, by=coordinator)
    again = recording.ask_waiver(breach.pk, reason="Khóa còn nguyên", by=protector)
    recording.decide_on_waiver(again.pk, is_agreed=True, by=coordinator)
    assert breach not in Breach.objects.with_clock()
    with pytest.raises(WaiverDecided):
        recording.decide_on_waiver(again.pk, is_agreed=False, by=coordinator)
    assert not BreachWaiver.objects.waiting().exists()


@pytest.mark.parametrize("is_agreed", [True, False], ids=["agreed", "waiting"])
def test_a_waiver_is_about_one_rating_and_ends_with_it(unit, protector, coordinator, is_agreed):
    """Otherwise one person has the second agree to little, and then says how bad it is."""
    breach = assessed(unit, protector)
    waiver = recording.ask_waiver(breach.pk, reason="Không ai đọc được", by=protector)
    if is_agreed:
        recording.decide_on_waiver(waiver.pk, is_agreed=True, by=coordinator)
    known = {"reached": ("report_words",), "harm": HARM, "by": protector}
    recording.assess_breach(breach.pk, measures="Đã đổi khóa", **known)
    assert (breach not in Breach.objects.with_clock()) is is_agreed
    worse = HARM | {"readable": "yes", "danger": "yes"}
    recording.assess_breach(breach.pk, measures="", **known | {"harm": worse})
    assert breach in Breach.objects.with_clock()
    assert not BreachWaiver.objects.in_force().exists()
    with pytest.raises(WaiverDecided):
        recording.decide_on_waiver(waiver.pk, is_agreed=True, by=coordinator)
    with pytest.raises(NotNotified):
        recording.close_breach(breach.pk, words="Xong", by=protector)
    assert Entry.objects.filter(action="breach.assessed", detail__waivers_ended=1).count() == 1
    again = recording.ask_waiver(breach.pk, reason="Vẫn không ai đọc được", by=protector)
    recording.decide_on_waiver(again.pk, is_agreed=True, by=coordinator)
    assert breach not in Breach.objects.with_clock()


def test_the_database_refuses_one_person(unit, protector):
    breach = assessed(unit, protector)
    with pytest.raises(IntegrityError), transaction.atomic():
        BreachWaiver.objects.create(
            breach=breach,
            reason="a",
            asked_by=protector,
            agreed_by=protector,
            agreed_at=times.now(),
        )


def test_what_was_notified_is_not_waived(unit, protector, coordinator):
    breach = assessed(unit, protector)
    waiver = recording.ask_waiver(breach.pk, reason="Đã mã hóa", by=protector)
    recording.note_filing(breach.pk, sent_at=times.now(), by=protector)
    with pytest.raises(AlreadyNotified):
        recording.decide_on_waiver(waiver.pk, is_agreed=True, by=coordinator)
    other = assessed(unit, protector)
    recording.note_filing(other.pk, sent_at=times.now(), by=protector)
    with pytest.raises(AlreadyNotified):
        recording.ask_waiver(other.pk, reason="a", by=protector)


@pytest.mark.parametrize(
    ("yes", "rating"),
    [
        ((), "low"),
        (("danger",), "high"),
        (("readable", "names", "sensitive"), "high"),
        (("readable", "names"), "medium"),
        (("readable",), "low"),
        (("goes_on",), "medium"),
        # Sealed and over: however many there are, nobody reads it.
        (("names", "many"), "low"),
    ],
)
@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_harm_is_rated_by_the_first_rule_that_fits(yes, rating, answer):
    assert rate_harm(HARM | dict.fromkeys(yes, answer))[0] == rating


def test_reporters_are_told_once_in_neutral_words(unit, protector, become):
    here = make.tip(unit=unit, text="Lời kín", language="en")
    chat = make.tip(unit=unit.parent, text="Lời kín")
    make.conversation(chat)
    gone = make.tip(unit=unit, withdrawn_at=times.now())
    outside = make.tip(unit=make.province_unit())
    old = make.tip(unit=unit, received_at=times.now() - 48 * HOUR)
    breach = assessed(unit, protector)
    recording.tell_reporters(breach.pk, received_from=times.now() - HOUR, by=protector)
    with pytest.raises(NoticeUnderWay):
        recording.tell_reporters(breach.pk, by=protector)
    become("worker")
    assert [telling.tell_next_reporters(portion=1) for _ in range(4)] == [1, 1, 1, 0]
    become("owner")
    assert here.messages.get().text.startswith("A notice about data")
    assert chat.messages.get().text.startswith("Thông báo về dữ liệu")
    assert not any(tip.messages.exists() for tip in (gone, outside, old))
    # The chat says what it says of every answer.
    assert list(DispatchText.objects.values_list("text", flat=True)) == ["Bạn có trả lời mới"]
    assert breach.notices.get().told == 2
    assert actions()[-1] == "breach.reporters_told"


def test_a_form_that_is_sent_again_tells_nobody_again(unit, protector):
    """A replayed form, or a wider span of the same incident: who was told once has read it."""
    tip = make.tip(unit=unit)
    breach = assessed(unit, protector)
    for told in (1, 0):
        recording.tell_reporters(breach.pk, by=protector)
        while telling.tell_next_reporters():
            pass
        assert breach.notices.order_by("-id").first().told == told
    assert tip.messages.count() == 1


def test_a_second_tap_makes_no_second_incident_and_no_second_supplement(unit, protector):
    when = times.now()
    breach = recorded(unit, protector, detected_at=when)
    assert recorded(unit, protector, detected_at=when) == breach
    assert recorded(unit, protector, detected_at=when, words="Một ổ đĩa khác") != breach
    recording.assess_breach(breach.pk, reached=["officers"], harm=HARM, measures="", by=protector)
    recording.note_filing(breach.pk, sent_at=when, by=protector)
    more = {"sent_at": times.now(), "words": "Thêm số liệu", "by": protector}
    assert recording.note_filing(breach.pk, **more) == recording.note_filing(breach.pk, **more)
    assert breach.filings.count() == 2
    assert actions().count("breach.supplemented") == 1


def test_nobody_is_told_where_nothing_of_reports_was_reached(unit, protector):
    breach = assessed(unit, protector, reached=["officers"])
    with pytest.raises(NoReporterReached):
        recording.tell_reporters(breach.pk, by=protector)


def test_a_day_before_the_end_its_people_are_called_once_without_a_word_of_it(
    unit, protector, coordinator, become
):
    make.channel_account(unit=unit.parent, channel="email")
    make.unit_key(unit.parent)
    for officer in (protector, coordinator):
        make.pager(officer)
    breach = recorded(unit, protector, detected_at=times.now() - 49 * HOUR)
    recorded(unit, protector)
    assert not DispatchText.objects.exists()
    become("worker")
    assert [calls.call_again(), calls.call_again()] == [1, 0]
    become("owner")
    said = "".join(DispatchText.objects.values_list("text", flat=True))
    assert "Kẻng" in said
    assert not {"ổ đĩa", "sao lưu", "sự cố", "incident"} & set(said.lower().split())
    breach.refresh_from_db()
    assert breach.called_again_at
    assert actions()[-1] == "breach.called_again"


def test_the_others_of_data_protection_are_called_at_once(unit, protector):
    make.channel_account(unit=unit.parent, channel="email")
    other = make.officer(unit=unit.parent, role="data_protection")
    make.pager(other)
    recorded(unit, protector)
    assert DispatchText.objects.count() == len(calls.page_officers.CALL_LANGUAGES)


def test_sorts_of_data_that_are_unknown_are_refused(unit, protector):
    breach = recorded(unit, protector)
    for reached in ([], ["names_of_people"]):
        with pytest.raises(Incomplete):
            recording.assess_breach(
                breach.pk, reached=reached, harm=HARM, measures="", by=protector
            )
    assert "report_words" in BY_CODE
