"""Answers wait a moment and can be taken back; notes never leave."""

import datetime

import pytest

from keng.accounts.models import Officer
from keng.acts.errors import NotAllowed
from keng.audit.actions import unit_chain
from keng.audit.models import Entry
from keng.decisions import triage
from keng.delivery.models import Delivery
from keng.dialogue import answering, withdrawal
from keng.kit import times
from keng.tips import errors
from keng.tips.models import DialogueMessage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    unit = make.unit()
    return unit, make.officer(unit=unit)


def test_an_answer_to_a_web_tip_is_shown_after_twenty_seconds(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    message = answering.answer_reporter(tip.pk, text="Cảm ơn bạn", by=officer)
    assert list(tip.messages.shown_to_reporter()) == []
    DialogueMessage.objects.update(visible_at=times.now() - datetime.timedelta(seconds=1))
    assert list(tip.messages.shown_to_reporter()) == [message]


def test_neither_the_record_nor_the_decision_tells_the_second_a_reporter_wrote(desk):
    unit, officer = desk
    wrote = datetime.datetime(2026, 3, 2, 1, 13, 27, 123456, tzinfo=datetime.UTC)
    tip = make.tip(unit=unit, waiting_since=wrote)
    make.message(tip, "Còn ai không?", at=wrote)
    message = answering.answer_reporter(tip.pk, text="Cảm ơn bạn", by=officer)
    entry = Entry.objects.get(action="tip.replied", object_id=str(tip.pk))
    assert entry.detail == {"message": str(message.pk)}
    step = tip.decisions.get(kind="replied")
    assert step.detail["was_waiting"] == "2026-03-02T01:10:00+00:00"
    answering.withdraw_answer(message.pk, by=officer)
    tip.refresh_from_db()
    assert tip.waiting_since == wrote


def test_an_answer_to_a_chat_is_queued_and_held_as_long(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, channel="sandbox")
    make.conversation(tip)
    message = answering.answer_reporter(tip.pk, text="Cảm ơn bạn", by=officer)
    delivery = Delivery.objects.get(dispatch=message.dispatch_ref)
    assert delivery.not_before == message.visible_at > times.now() + datetime.timedelta(seconds=15)
    assert (delivery.text.text, delivery.priority) == ("Bạn có trả lời mới", 0)


def test_at_p0_an_answer_leaves_at_once(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, urgency="P0")
    answering.answer_reporter(tip.pk, text="Công an đang tới", by=officer)
    assert tip.messages.shown_to_reporter().count() == 1


def test_whoever_asked_not_to_be_contacted_is_answered_on_the_status_page_only(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, do_not_contact=True)
    make.conversation(tip)
    answering.answer_reporter(tip.pk, text="Đã nhận", by=officer)
    assert not Delivery.objects.exists()
    assert tip.messages.count() == 1


def test_an_answer_taken_back_was_never_said(desk):
    unit, officer = desk
    waiting = times.now() - datetime.timedelta(minutes=5)
    tip = make.tip(unit=unit, waiting_since=waiting)
    make.conversation(tip)
    message = answering.answer_reporter(tip.pk, text="Nhầm người", by=officer)
    tip.refresh_from_db()
    assert tip.waiting_since is None
    assert tip.first_answered_at
    answering.withdraw_answer(message.pk, by=officer)
    tip.refresh_from_db()
    assert not tip.messages.exists()
    assert Delivery.objects.get().state == Delivery.State.CANCELLED
    since = times.rounded_down(waiting, times.COARSE)
    assert (tip.first_answered_at, tip.waiting_since) == (None, since)


def test_an_answer_that_has_left_cannot_be_taken_back(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    message = answering.answer_reporter(tip.pk, text="Xong", by=officer)
    DialogueMessage.objects.update(visible_at=times.now())
    with pytest.raises(errors.TooLate):
        answering.withdraw_answer(message.pk, by=officer)


def test_an_answer_that_the_sender_holds_cannot_be_taken_back(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    make.conversation(tip)
    message = answering.answer_reporter(tip.pk, text="Xong", by=officer)
    Delivery.objects.update(state="leased", leased_until=times.now())
    with pytest.raises(errors.TooLate):
        answering.withdraw_answer(message.pk, by=officer)
    assert tip.messages.exists()


@pytest.fixture
def answered():
    """A tip of a chat with an answer that has not left, and who wrote it."""
    unit = make.unit(parent=make.province_unit())
    make.unit_key(unit.parent)
    officer = make.officer(unit=unit)
    waiting = times.now() - datetime.timedelta(minutes=5)
    tip = make.tip(unit=unit, channel="sandbox", waiting_since=waiting)
    make.conversation(tip)
    return tip, answering.answer_reporter(tip.pk, text="Nhầm người", by=officer), officer


def as_out_of_scope(tip, officer):
    triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)


def as_a_complaint(tip, officer):
    triage.decline_tip(tip.pk, kind="official", reply="Đã chuyển lên trên.", by=officer)


def to_the_province(tip, officer):
    triage.route_tip(tip.pk, to=tip.responsible_unit.parent, reason="Việc của tỉnh", by=officer)


def by_its_reporter(tip, _officer):
    withdrawal.withdraw_tip(tip.pk)


@pytest.mark.parametrize(
    "goes", [as_out_of_scope, as_a_complaint, to_the_province, by_its_reporter]
)
def test_an_answer_is_taken_back_also_where_its_tip_was_sealed_or_left_the_desk(answered, goes):
    tip, message, officer = answered
    goes(tip, officer)
    assert answering.withdraw_answer(message.pk, by=officer) == tip
    assert not tip.messages.filter(pk=message.pk).exists()
    assert Delivery.objects.get(dispatch=message.dispatch_ref).state == Delivery.State.CANCELLED
    tip.refresh_from_db()
    entry = Entry.objects.get(action="tip.reply_withdrawn", object_id=str(tip.pk))
    assert entry.chain == unit_chain(tip.responsible_unit_id)


def test_a_report_that_was_taken_back_waits_for_no_answer_again(answered):
    tip, message, officer = answered
    withdrawal.withdraw_tip(tip.pk)
    answering.withdraw_answer(message.pk, by=officer)
    tip.refresh_from_db()
    assert tip.waiting_since is None


def test_whoever_has_no_post_any_more_takes_nothing_back(answered):
    tip, message, officer = answered
    officer.posts.update(valid_to=times.local_date(times.now()) - datetime.timedelta(days=1))
    with pytest.raises(NotAllowed):
        answering.withdraw_answer(message.pk, by=Officer.objects.get(pk=officer.pk))
    assert tip.messages.filter(pk=message.pk).exists()


def test_nobody_takes_back_the_answer_of_another(desk):
    unit, officer = desk
    message = answering.answer_reporter(make.tip(unit=unit).pk, text="Xong", by=officer)
    with pytest.raises(NotAllowed):
        answering.withdraw_answer(message.pk, by=make.officer(unit=unit))


def test_an_empty_answer_or_note_is_none(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    for write in (answering.answer_reporter, answering.add_note):
        with pytest.raises(errors.NoText):
            write(tip.pk, text=" \n", by=officer)


def test_a_note_reaches_neither_dialogue_nor_sender(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    make.conversation(tip)
    answering.add_note(tip.pk, text="Đã báo phòng hình sự", by=officer)
    assert not tip.messages.exists()
    assert not Delivery.objects.exists()
