"""A first tip that is looked at as soon as the more urgent one that joins it; undo lowers it again.

What `raise_first_tip` returns is kept with the decision, for `lower_first_tip`.
"""

from typing import Any

from keng.tips import deadlines
from keng.tips.models import Decision, DialogueMessage, Tip


def raise_first_tip(first: Tip, tip: Tip) -> dict[str, Any]:
    """Give the first tip the urgency of the other, and its clock with the time that is left."""
    was = {"tip": str(first.pk), "urgency": first.urgency, "is_rated": first.urgency_is_rated}
    first.urgency, first.urgency_is_rated = tip.urgency, tip.urgency_is_rated
    running = tip.clocks.filter(rule_code=deadlines.LOOK_CLOCK, stopped_at__isnull=True)
    clocks = [
        deadlines.start_clock(first, deadlines.LOOK_CLOCK, at=each.starts_at) for each in running
    ]
    deadlines.set_due_at(first)
    first.save(update_fields=["urgency", "urgency_is_rated", "due_at"])
    return was | {"clocks": [str(clock.pk) for clock in clocks]}


def lower_first_tip(decision: Decision, raised: dict[str, Any]) -> None:
    """As it was, unless there is another reason by now why it is urgent. It is locked.

    Somebody has sorted it, its reporter told more, or another urgent one stands behind it.
    """
    first = Tip.objects.get(pk=raised["tip"])
    sorted_since = first.decisions.filter(kind=Decision.Kind.SORTED, at__gt=decision.at)
    told_since = first.messages.filter(author=DialogueMessage.Author.REPORTER, at__gt=decision.at)
    as_urgent = first.duplicates.exclude(pk=decision.tip_id).filter(urgency__lte=first.urgency)
    if first.urgency != decision.detail["first_urgency"]:
        return
    if sorted_since.exists() or told_since.exists() or as_urgent.exists():
        return
    first.urgency, first.urgency_is_rated = raised["urgency"], raised["is_rated"]
    deadlines.stop_clocks_by_id(first, raised["clocks"])
    deadlines.set_due_at(first)
    first.save(update_fields=["urgency", "urgency_is_rated", "due_at"])


def tips_locked_for_lowering(before: dict[str, Any]) -> set[str]:
    """The tip that `lower_first_tip` changes, so that its caller can lock all in one order."""
    return {before["raised"]["tip"]} if "raised" in before else set()
