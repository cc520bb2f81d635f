"""Who may approve what. Built so that somebody always can, also at night."""

from keng.accounts.models import Officer
from keng.accounts.releasing import may_release_for, releasable_units
from keng.accounts.who import WORKING
from keng.warnings.models import Warning

__all__ = [
    "may_ask_recall",
    "may_release",
    "releasable_units",
]


def may_release(officer: Officer, warning: Warning) -> bool:
    """The unit's commander; or the province's commander, coordinator or officer on duty.

    The province is always there: a commune whose only commander wrote the text, or sleeps, does not
    wait for anybody.
    """
    return may_release_for(officer, warning.unit)


def may_ask_recall(officer: Officer, warning: Warning) -> bool:
    """Whoever may release it, or takes reports on at its desk, may ask to take it back."""
    return WORKING.may_act_for(officer, warning.unit)
