"""Answers wait a moment and can be taken back; notes never leave."""

import datetime

import pytest

from keng.audit.models import Entry
from keng.delivery.models import Delivery
from keng.dialogue import answering
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
    message = answering.answer(tip.pk, text="Cảm ơn bạn", by=officer)
    assert list(tip.messages.said()) == []
    DialogueMessage.objects.update(visible_at=times.now() - datetime.timedelta(seconds=1))
    assert list(tip.messages.said()) == [message]


def test_neither_the_record_nor_the_decision_tells_the_second_a_reporter_wrote(desk):
    unit, officer = desk
    wrote = datetime.datetime(2026, 3, 2, 1, 13, 27, 123456, tzinfo=datetime.UTC)
    tip = make.tip(unit=unit, waiting_since=wrote)
    make.message(tip, "Còn ai không?", at=wrote)
    message = answering.answer(tip.pk, text="Cảm ơn bạn", by=officer)
    entry = Entry.objects.get(action="tip.replied", object_id=str(tip.pk))
    assert entry.detail == {"message": str(message.pk)}
    step = tip.decisions.get(kind="replied")
    assert step.detail["was_waiting"] == "2026-03-02T01:10:00+00:00"
    answering.withdraw(message.pk, by=officer)
    tip.refresh_from_db()
    assert tip.waiting_since == wrote


def test_an_answer_to_a_chat_is_queued_and_held_as_long(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, channel="sandbox")
    make.conversation(tip)
    message = answering.answer(tip.pk, text="Cảm ơn bạn", by=officer)
    delivery = Delivery.objects.get(dispatch=message.dispatch_ref)
    assert delivery.not_before == message.visible_at > times.now() + datetime.timedelta(seconds=15)
    assert (delivery.text.text, delivery.priority) == ("Cảm ơn bạn", 0)


def test_at_p0_an_answer_leaves_at_once(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, urgency="P0")
    answering.answer(tip.pk, text="Công an đang tới", by=officer)
    assert tip.messages.said().count() == 1


def test_whoever_asked_not_to_be_contacted_is_answered_on_the_status_page_only(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, do_not_contact=True)
    make.conversation(tip)
    answering.answer(tip.pk, text="Đã nhận", by=officer)
    assert not Delivery.objects.exists()
    assert tip.messages.count() == 1


def test_an_answer_taken_back_was_never_said(desk):
    unit, officer = desk
    waiting = times.now() - datetime.timedelta(minutes=5)
    tip = make.tip(unit=unit, waiting_since=waiting)
    make.conversation(tip)
    message = answering.answer(tip.pk, text="Nhầm người", by=officer)
    tip.refresh_from_db()
    assert tip.waiting_since is None
    assert tip.first_answered_at
    answering.withdraw(message.pk, by=officer)
    tip.refresh_from_db()
    assert not tip.messages.exists()
    assert Delivery.objects.get().state == Delivery.State.CANCELLED
    since = times.rounded_down(waiting, times.COARSE)
    assert (tip.first_answered_at, tip.waiting_since) == (None, since)


def test_an_answer_that_has_left_cannot_be_taken_back(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    message = answering.answer(tip.pk, text="Xong", by=officer)
    DialogueMessage.objects.update(visible_at=times.now())
    with pytest.raises(errors.TooLate):
        answering.withdraw(message.pk, by=officer)


def test_an_answer_that_the_sender_holds_cannot_be_taken_back(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    make.conversation(tip)
    message = answering.answer(tip.pk, text="Xong", by=officer)
    Delivery.objects.update(state="leased", leased_until=times.now())
    with pytest.raises(errors.TooLate):
        answering.withdraw(message.pk, by=officer)
    assert tip.messages.exists()


def test_nobody_takes_back_the_answer_of_another(desk):
    unit, officer = desk
    message = answering.answer(make.tip(unit=unit).pk, text="Xong", by=officer)
    with pytest.raises(errors.NotYours):
        answering.withdraw(message.pk, by=make.officer(unit=unit))


def test_an_empty_answer_or_note_is_none(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    for write in (answering.answer, answering.add_note):
        with pytest.raises(errors.NoText):
            write(tip.pk, text=" \n", by=officer)


def test_a_note_reaches_neither_dialogue_nor_sender(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    make.conversation(tip)
    answering.add_note(tip.pk, text="Đã báo phòng hình sự", by=officer)
    assert not tip.messages.exists()
    assert not Delivery.objects.exists()
