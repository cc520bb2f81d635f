"""The clock of money that a bank may still hold back: from taking the tip on until it was asked."""

from keng.tips import deadlines
from keng.tips.gravity import may_stop_money
from keng.tips.models import Tip, TipCheck

# The step of `keng.tips.check_list.MONEY_STEPS` with which the desk has done its part.
_ASKED_BANK = "freeze"


def follow_money(tip: Tip) -> None:
    """Start or stop the clock as the tip stands now (the caller sets and saves due_at).

    Whoever took it on sees it among what is due soon, and not by tomorrow.
    """
    asked = TipCheck.objects.filter(tip=tip, step=_ASKED_BANK, unticked_at__isnull=True)
    if tip.assigned_to_id is None or not may_stop_money(tip) or asked.exists():
        deadlines.stop_clocks(tip, deadlines.MONEY_CLOCK)
    elif not tip.clocks.filter(rule_code=deadlines.MONEY_CLOCK, stopped_at=None).exists():
        deadlines.resume_clock(tip, deadlines.MONEY_CLOCK)


def follow_money_after_step(tip: Tip, step: str) -> None:
    """The same after a step was ticked or unticked."""
    if step == _ASKED_BANK:
        follow_money(tip)
        deadlines.set_due_at(tip)
        tip.save(update_fields=["due_at"])
