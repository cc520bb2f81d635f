"""Danger that a reporter tells of in a later message: the tip calls people again, at once.

It brings the tip before somebody's eyes and decides nothing: where it stands, joined, put off,
suspended or closed, it stays until a person decides.
"""

import datetime

from django.utils import translation

from keng.alarms import ringing
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.language import lost_money
from keng.language.danger import calls_for_child_line, numbers_to_call
from keng.language.fold import fold
from keng.tips import deadlines
from keng.tips.gravity import calls_for_help
from keng.tips.letters import (
    bank_first_sentence,
    child_line_sentence,
    danger_first_sentence,
)
from keng.tips.messages import add_message
from keng.tips.models import DialogueMessage, Tip

# Somebody who writes three times in a row is told once what to do.
_TOLD_FOR = datetime.timedelta(minutes=10)


def ring_for_message(tip: Tip, message: DialogueMessage) -> None:
    """Call people to the tip for this message, once, and tell its reporter whom to ring.

    For the worker, inside its transaction and lock of the tip.
    """
    # The clock is the mark of it: a message that was looked at twice has started it once.
    if tip.clocks.filter(rule_code=deadlines.URGENT_CLOCK, starts_at=message.at).exists():
        return
    was = tip.urgency
    # What an officer rated before was about what was known before.
    tip.urgency, tip.urgency_is_rated = Urgency.P0, False
    tip.danger_at, tip.danger_unheard = message.at, True
    deadlines.start_clock(tip, deadlines.URGENT_CLOCK, at=message.at)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["urgency", "urgency_is_rated", "danger_at", "danger_unheard", "due_at"])
    ringing.ring_again(tip)
    tell_whom_to_ring(tip, message)
    record(
        "tip.danger_heard",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"message": str(message.pk), "was": was, "state": tip.state},
    )


def tell_whom_to_ring(tip: Tip, message: DialogueMessage) -> None:
    """Say at once whom to ring: 113, 111 or the bank; never to whoever asked for no contact."""
    if tip.do_not_contact or tip.withdrawn_at:
        return
    about_money = lost_money.money_has_left(fold(message.text)) and not calls_for_help(message.text)
    said = (tip.text, message.text)
    is_for_child = not about_money and any(calls_for_child_line(text, tip.topic) for text in said)
    with translation.override(tip.language):
        lines = [bank_first_sentence()] if about_money else []
        lines += [danger_first_sentence(numbers_to_call(message.text))]
        lines += [child_line_sentence()] if is_for_child else []
        words = "\n".join(lines)
        just_now = tip.messages.filter(
            author=DialogueMessage.Author.AUTOMATIC,
            text=words,
            visible_at__gt=times.now() - _TOLD_FOR,
        )
        if not just_now.exists():
            add_message(tip, words, by=None, hold=datetime.timedelta(0), says_whom_to_ring=True)
