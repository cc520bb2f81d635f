"""A first tip that waits no longer than the tip that joins it; undo gives it back its own time.

What `raise_first_tip` returns is kept with the decision, for `lower_first_tip`.
"""

from typing import Any

from keng.decisions.money_clock import follow_money_of
from keng.tips import deadlines
from keng.tips.gravity import urgency_order
from keng.tips.models import Decision, DialogueMessage, Tip


def raise_first_tip(first: Tip, tip: Tip) -> dict[str, Any]:
    """Give the first tip the graver urgency of the other, and its clocks with the time left.

    The clock to look goes with the urgency; that of money which a bank may hold back with the tip,
    which nobody sees by itself from now on. Empty where the first tip stays as it was.
    """
    is_graver = urgency_order(tip) < urgency_order(first)
    codes = (deadlines.LOOK_CLOCK, deadlines.MONEY_CLOCK) if is_graver else (deadlines.MONEY_CLOCK,)
    running = list(tip.clocks.filter(rule_code__in=codes, stopped_at__isnull=True))
    if not is_graver and not running:
        return {}
    was = {"tip": str(first.pk), "urgency": first.urgency, "is_rated": first.urgency_is_rated}
    if is_graver:
        first.urgency, first.urgency_is_rated = tip.urgency, tip.urgency_is_rated
    clocks = [deadlines.start_clock(first, each.rule_code, at=each.starts_at) for each in running]
    deadlines.set_due_at(first)
    first.save(update_fields=["urgency", "urgency_is_rated", "due_at"])
    return was | {"clocks": [str(clock.pk) for clock in clocks]}


def lower_first_tip(decision: Decision, raised: dict[str, Any]) -> None:
    """As it was, now that the other one is behind it no more. It is locked."""
    first = Tip.objects.get(pk=raised["tip"])
    if not _has_reason_of_its_own(first, decision):
        first.urgency, first.urgency_is_rated = raised["urgency"], raised["is_rated"]
        first.save(update_fields=["urgency", "urgency_is_rated"])
        deadlines.stop_clocks_by_id(first, raised["clocks"])
    follow_money_of(first)


def _has_reason_of_its_own(first: Tip, decision: Decision) -> bool:
    """Somebody has sorted it, its reporter told more, or another urgent one stands behind it."""
    sorted_since = first.decisions.filter(kind=Decision.Kind.SORTED, at__gt=decision.at)
    told_since = first.messages.filter(author=DialogueMessage.Author.REPORTER, at__gt=decision.at)
    as_urgent = first.duplicates.exclude(pk=decision.tip_id).filter(urgency__lte=first.urgency)
    was_changed = first.urgency != decision.detail["first_urgency"]
    return was_changed or sorted_since.exists() or told_since.exists() or as_urgent.exists()


def tips_locked_for_lowering(before: dict[str, Any]) -> set[str]:
    """The tip that `lower_first_tip` changes, so that its caller can lock all in one order."""
    return {before["raised"]["tip"]} if "raised" in before else set()
