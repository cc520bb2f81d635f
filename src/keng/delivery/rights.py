"""Who may stop what is being sent, or send it on where nobody knows whether it arrived."""

from typing import TYPE_CHECKING

from keng.accounts.who import WORKING

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.delivery.models import Dispatch


def may_stop_or_resend(officer: "Officer", dispatch: "Dispatch") -> bool:
    """Whoever works at the unit that sends, or above it; reading alone is not enough.

    Stopping needs no commander: a mistake on its way to thousands is stopped by whoever sees it.
    """
    return WORKING.may_act_for(officer, dispatch.unit)
