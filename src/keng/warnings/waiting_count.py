"""How many warnings wait for an officer's approval: the number in the menu."""

from typing import TYPE_CHECKING

from keng.accounts.who import RELEASING
from keng.warnings.queries import held_to_decide, recalls_to_decide, versions_to_decide

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def count_waiting_warnings(officer: "Officer") -> int:
    """The same that the page of warnings lists under “Waiting for you”."""
    if not RELEASING.includes(officer):
        return 0
    # Asked on every page of the desk: one question for all.
    others = recalls_to_decide(officer).values("pk"), held_to_decide(officer).values("pk")
    return versions_to_decide(officer).values("pk").union(*others, all=True).count()
