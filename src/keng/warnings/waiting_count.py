"""How many warnings wait for an officer's approval: the number in the menu."""

from typing import TYPE_CHECKING

from django.db.models import Q

from keng.warnings import rights
from keng.warnings.models import Version
from keng.warnings.queries import held_to_decide, recalls_to_decide

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def count_waiting_warnings(officer: "Officer") -> int:
    """The same that the page of warnings lists under “Waiting for you”."""
    units, provinces = rights.releasable_units(officer)
    if not units:
        return 0
    theirs = Q(warning__unit__in=units) | Q(warning__unit__parent__in=provinces)
    versions = Version.objects.visible_to(officer).waiting().filter(theirs)
    versions = versions.without_hand_of(officer)
    # Asked on every page of the desk: one question for all.
    others = recalls_to_decide(officer).values("pk"), held_to_decide(officer).values("pk")
    return versions.values("pk").union(*others, all=True).count()
