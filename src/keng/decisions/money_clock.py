"""The clock of money that a bank may still hold back: from taking the tip on until it was asked."""

from keng.tips import deadlines
from keng.tips.gravity import may_stop_money
from keng.tips.models import Tip, TipCheck

# The step of `keng.tips.check_list.MONEY_STEPS` with which the desk has done its part.
ASKED_BANK = "freeze"


def follow_money(tip: Tip) -> None:
    """Start or stop the clock as the tip stands now (the caller sets and saves due_at).

    Whoever took it on sees it among what is due soon, and not by tomorrow. A first tip has it also
    for those that stand behind it: nobody sees theirs.
    """
    # What stands behind another one is followed there.
    is_taken = tip.assigned_to_id is not None and tip.duplicate_of_id is None
    if not is_taken or not _has_money_to_hold([tip, *tip.duplicates.all()]):
        deadlines.stop_clocks(tip, deadlines.MONEY_CLOCK)
    elif not tip.clocks.filter(rule_code=deadlines.MONEY_CLOCK, stopped_at=None).exists():
        deadlines.resume_clock(tip, deadlines.MONEY_CLOCK)


def follow_money_of(tip: Tip) -> None:
    """The same, and save when the tip is due by that."""
    follow_money(tip)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["due_at"])


def _has_money_to_hold(tips: list[Tip]) -> bool:
    asked = TipCheck.objects.filter(tip__in=tips, step=ASKED_BANK, unticked_at__isnull=True)
    done = set(asked.values_list("tip_id", flat=True))
    return any(may_stop_money(tip) for tip in tips if tip.pk not in done)
