"""How many warnings wait for an officer's approval: the number in the menu."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from keng.warnings import rights
from keng.warnings.models import Version, Warning
from keng.warnings.queries import recalls_to_decide

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def count_waiting_warnings(officer: "Officer") -> int:
    """The same that the page of warnings lists under “Waiting for you”."""
    units, provinces = rights.releasable_units(officer)
    if not units:
        return 0
    later = Version.objects.filter(warning=OuterRef("warning"), number__gt=OuterRef("number"))
    versions = (
        Version.objects.visible_to(officer)
        .filter(
            Q(warning__unit__in=units) | Q(warning__unit__parent__in=provinces),
            ~Exists(later),
            submitted_at__isnull=False,
            published_at__isnull=True,
        )
        .exclude(warning__state=Warning.State.RECALLED)
        .exclude(pk__in=Version.objects.visible_to(officer).with_hand_of(officer).values("pk"))
    )
    # Asked on every page of the desk: one question for both.
    return versions.values("pk").union(recalls_to_decide(officer).values("pk"), all=True).count()
