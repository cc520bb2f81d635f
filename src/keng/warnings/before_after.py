"""Reports of the same kind before and after a warning. It shows what came in, and claims nothing.

Each number and the list behind it are the same query.
"""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from keng.accounts.queries import is_at_province
from keng.incidents.rising import CATEGORY_OR_GUESS
from keng.kit import times
from keng.network.queries.places import place_ids_below
from keng.places.models import Place
from keng.tips.models import Tip
from keng.warnings.models import Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer

DAYS_COMPARED = 14
_SIDES, _PLACES = ("before", "after"), ("here", "elsewhere")


@dataclass(frozen=True, slots=True)
class BeforeAfterRow:
    """One row of the table: where, and how many on each side of the warning."""

    where: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """As many days on each side, so that the two can be compared."""

    days: int
    rows: list[BeforeAfterRow]

    @property
    def is_complete(self) -> bool:
        """Whether all the days after it are over."""
        return self.days == DAYS_COMPARED


def tips_before_and_after(warning: Warning, officer: "Officer") -> BeforeAfter | None:
    """None before it went out, and while less than a day is over."""
    days = _days_counted(warning)
    if not days:
        return None
    return BeforeAfter(
        days,
        [
            BeforeAfterRow(
                where,
                *(tips_counted(warning, officer, side, where).count() for side in _SIDES),
            )
            for where in _PLACES
            if where == "here" or _sees_elsewhere(warning, officer)
        ],
    )


def tips_counted(warning: Warning, officer: "Officer", side: str, where: str) -> QuerySet[Tip]:
    """What one number counts: reports of the warning's category that the officer may see."""
    at, days = warning.published_at, _days_counted(warning)
    if at is None or not days or side not in _SIDES or where not in _PLACES:
        return Tip.objects.none()
    length = datetime.timedelta(days=days)
    since, until = (at - length, at) if side == "before" else (at, at + length)
    found = (
        Tip.objects.visible_to(officer)
        .in_waves()
        .filter(received_at__gte=since, received_at__lt=until, place__isnull=False)
    )
    here = Q(place__in=_places_warned(warning))
    same_kind = Q(sort_of=warning.category)
    return found.alias(sort_of=CATEGORY_OR_GUESS).filter(
        same_kind, here if where == "here" else ~here
    )


def _days_counted(warning: Warning) -> int:
    """Whole days since it went out, as far as they are looked at."""
    if warning.published_at is None or not warning.category:
        return 0
    return min(DAYS_COMPARED, (times.now() - warning.published_at).days)


def _places_warned(warning: Warning) -> list[uuid.UUID]:
    """Where its first version was sent, and everything inside."""
    first = warning.versions.ever_released().order_by("number").first()
    chosen = [uuid.UUID(key) for key in first.audience.get("places", ())] if first else []
    return [*chosen, *place_ids_below(chosen)]


def _sees_elsewhere(warning: Warning, officer: "Officer") -> bool:
    """A province has something to compare with, unless it warned everybody."""
    if not is_at_province(officer):
        return False
    whole = Place.objects.filter(pk__in=_places_warned(warning), kind=Place.Kind.PROVINCE)
    return not whole.exists()
