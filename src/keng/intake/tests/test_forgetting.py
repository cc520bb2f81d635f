"""A message forgets its chat once its tip has ended for good."""

import datetime

import pytest

from keng.decisions import triage, undo, undo_ending
from keng.delivery.models import Delivery, Inbound
from keng.dialogue import answering, withdrawal
from keng.intake import forget_chats
from keng.kit import times
from keng.lookup_pages.evidence import reporters_behind
from keng.tips.models import Attachment, HeldEnding, Tip
from tests import make

pytestmark = pytest.mark.django_db

CHAT = b"c" * 32


def message_of(tip=None):
    return Inbound.objects.create(
        channel="zalo_oa", kind="text", conversation_hash=CHAT, tip_ref=tip and tip.pk
    )


def known(message):
    message.refresh_from_db()
    return message.conversation_hash is not None


def closed(tip, officer):
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    return triage.close_tip(tip.pk, by=officer)


def time_passes():
    HeldEnding.objects.update(until=times.now())
    undo_ending.forget_held_endings()
    return forget_chats.forget_message_hashes()


def test_a_closed_tip_forgets_its_chat_and_an_open_one_does_not(unit, officer):
    tips = [make.tip(unit=unit) for _ in range(2)]
    ended, open_one = [message_of(tip) for tip in tips]
    closed(tips[0], officer)
    assert time_passes() == 1
    assert (known(ended), known(open_one)) == (False, True)
    assert forget_chats.forget_message_hashes() == 0


def test_an_ending_that_can_be_taken_back_keeps_it(unit, officer):
    tip = make.tip(unit=unit)
    said = message_of(tip)
    step = closed(tip, officer)
    assert forget_chats.forget_message_hashes() == 0
    undo.take_back_decision(step.pk, secret=step.secret, by=officer)
    time_passes()
    assert known(said)


def test_a_report_that_was_taken_back_forgets_it_even_where_the_desk_must_finish(unit):
    tip = make.tip(unit=unit, happening="now")
    said = message_of(tip)
    withdrawal.withdraw_tip(tip.pk)
    forget_chats.forget_message_hashes()
    assert Tip.objects.get(pk=tip.pk).is_open
    assert not known(said)


def test_a_week_later_nothing_says_by_which_id_the_provider_knows_a_message(unit, become):
    officer = make.officer(unit=unit)
    tip = make.tip(unit=unit, channel="sandbox")
    make.conversation(tip)
    for number in range(2):
        answering.answer_reporter(tip.pk, text=f"Cảm ơn bạn {number}", by=officer)
    old, new = Delivery.objects.order_by("pk")
    for row, days in ((old, 8), (new, 6)):
        Delivery.objects.filter(pk=row.pk).update(
            state="sent",
            provider_id=f"m{days}",
            address_sealed=None,
            text_sealed=None,
            settled_at=times.now() - datetime.timedelta(days=days),
        )
    become("worker")
    assert [forget_chats.forget_message_ids() for _ in range(2)] == [1, 0]
    become("owner")
    assert set(Delivery.objects.values_list("provider_id", flat=True)) == {"", "m6"}


def test_a_message_of_no_tip_is_nobodys_and_its_words_are_gone(unit, become):
    said, of_a_tip = message_of(), message_of(make.tip(unit=unit))
    Inbound.objects.update(text="Đừng nhắn tin nữa", latitude=21.3, longitude=106.2)
    become("worker")
    forget_chats.forget_message_hashes()
    become("owner")
    assert not known(said)
    assert (said.text, said.latitude, said.longitude) == ("", None, None)
    assert known(of_a_tip)
    assert of_a_tip.text == "Đừng nhắn tin nữa"


def test_two_open_tips_of_one_chat_are_one_reporter_until_they_end(unit):
    tips = [make.tip(unit=unit) for _ in range(2)]
    for tip in tips:
        message_of(tip)
    time_passes()
    assert reporters_behind((tip.pk for tip in tips), hands=()) == 1


def known_file(tip):
    return Attachment.objects.create(
        tip=tip, kind="image", mime="image/png", size=8, original_path="", keyed_hash=b"h" * 32
    )


def test_a_file_is_known_by_its_hash_as_long_as_the_tip_goes_on(unit, officer):
    tips = [make.tip(unit=unit) for _ in range(2)]
    for tip in tips:
        known_file(tip)
    step = closed(tips[0], officer)
    assert forget_chats.forget_file_hashes() == 0
    undo.take_back_decision(step.pk, secret=step.secret, by=officer)
    HeldEnding.objects.update(until=times.now())
    undo_ending.forget_held_endings()
    assert forget_chats.forget_file_hashes() == 0
    triage.close_tip(tips[0].pk, by=officer)
    HeldEnding.objects.update(until=times.now())
    undo_ending.forget_held_endings()
    assert forget_chats.forget_file_hashes() == 1
    assert forget_chats.forget_file_hashes() == 0
    hashes = [bytes(file.keyed_hash) for file in Attachment.objects.order_by("id")]
    assert hashes == [b"", b"h" * 32]
