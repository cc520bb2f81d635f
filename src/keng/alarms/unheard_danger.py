"""Danger that was told later and that nobody has taken yet: what decisions make of it.

Each of these changes the tip; the caller saves it and goes on record.
"""

import datetime
from typing import Any

from keng.tips import deadlines
from keng.tips.models import DialogueMessage, Tip

_MINUTE = datetime.timedelta(minutes=1)
_URGENCY_FIELDS = ("urgency", "urgency_is_rated", "gravity_band")
DANGER_FIELDS = ("danger_at", "danger_unheard")


def note_danger_heard(tip: Tip) -> None:
    """Somebody has it now, so the calls end. That it was told stays with the tip."""
    tip.danger_unheard = False


def clear_danger(tip: Tip) -> None:
    """A person joined, ended or lowered the tip, knowing what was told."""
    tip.danger_at, tip.danger_unheard = None, False


def keep_newer_danger(tip: Tip, before: dict[str, Any], *, decided: str = "") -> None:
    """Undoing a decision does not undo what was told since; `before` is what will be restored.

    `decided`: the urgency that the decision left. More urgent now is what the reporter wrote since:
    the tip stays among those to look at soon, and its clock runs on.
    """
    if tip.danger_unheard:
        for name in (*_URGENCY_FIELDS, *DANGER_FIELDS):
            before.pop(name, None)
    elif decided and tip.urgency < decided:
        for name in _URGENCY_FIELDS:
            before.pop(name, None)
        raised = tip.clocks.filter(
            rule_code__in=(deadlines.LOOK_CLOCK, deadlines.URGENT_CLOCK), stopped_at=None
        )
        before["running"] += [str(pk) for pk in raised.values_list("pk", flat=True)]


def restore_danger_moment(tip: Tip, before: dict[str, Any]) -> None:
    """Put the true moment into `before`, which knows the minute alone (on_record.tip_snapshot)."""
    if kept := before.get("danger_at"):
        minute = datetime.datetime.fromisoformat(kept)
        theirs = tip.messages.filter(
            author=DialogueMessage.Author.REPORTER, at__gte=minute, at__lt=minute + _MINUTE
        )
        before["danger_at"] = theirs.order_by("at").values_list("at", flat=True).last() or minute


def keep_danger_clock(tip: Tip) -> None:
    """After other clocks were restored: that of the danger runs still (the caller settles)."""
    if tip.danger_unheard and isinstance(tip.danger_at, datetime.datetime):
        deadlines.start_clock(tip, deadlines.URGENT_CLOCK, at=tip.danger_at)
