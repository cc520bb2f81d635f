"""How the reports behind thanks spread: what the second person looks at before they say no.

Who reads this may read the reports themselves; it stands on the desk's page only.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keng.kit import times
from keng.places.models import Place
from keng.thanks.models import GroupThanks
from keng.tips.models import Tip

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.network.models import Group


@dataclass(frozen=True, slots=True)
class Spread:
    """How many of the reports are of one place, month and channel; the most first."""

    places: list[tuple[str, int]]
    months: list[tuple[str, int]]
    """Written as 07/2026, the oldest first."""
    channels: list[tuple[str, int]]
    """By the codes of the channels."""
    near_groups: list[str]
    """Groups of a hamlet of which some of the reports are."""


def spread_of_thanks(
    thanks: GroupThanks, groups: Collection["Group"], *, officer: "Officer"
) -> Spread:
    """Of the reports of thanks that wait."""
    refs = thanks.counted.filter(is_copy=False).values("tip_ref")
    tips = list(Tip.objects.visible_to(officer).filter(pk__in=refs).select_related("place"))
    hamlets = {tip.place_id for tip in tips if tip.place and tip.place.kind == Place.Kind.HAMLET}
    months = Counter(times.local_date(tip.received_at).replace(day=1) for tip in tips)
    return Spread(
        places=_most_first(tip.place.full_name for tip in tips if tip.place),
        months=[(f"{month:%m/%Y}", months[month]) for month in sorted(months)],
        channels=_most_first(tip.channel for tip in tips),
        near_groups=[group.name for group in groups if group.place_id in hamlets],
    )


def _most_first(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))
