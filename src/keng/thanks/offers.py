"""For which places and kinds groups can be thanked now: none that would be refused if chosen."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Case, Count, When
from django.db.models.functions import TruncDate

from keng.acts.errors import Refused
from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.language.taxonomy import category_label
from keng.network.queries.places import places_of
from keng.places.models import Place, Unit
from keng.thanks.countable import is_ripe, uncounted_tips
from keng.thanks.group_thanks import groups_to_thank, reports_to_thank_for

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# Each costs the reading of its reports. Those behind them come up when these are thanked for.
MOST_OFFERED = 10


@dataclass(frozen=True, slots=True)
class PossibleThanks:
    """A kind and a place of which thanks can be handed in."""

    place: Place
    category: str
    reports: int
    """As they will be counted: copies are one."""

    @property
    def label(self) -> str:
        return category_label(self.category)


def possible_thanks(unit: Unit, *, officer: "Officer") -> list[PossibleThanks]:
    """What the officer can hand in at this moment: the first ten, with the most reports first."""
    return list(islice(_possible_ones(unit, officer), MOST_OFFERED))


def _possible_ones(unit: Unit, officer: "Officer") -> Iterator[PossibleThanks]:
    rows = _places_and_kinds(unit, officer)
    places = places_of(officer.unit_ids).in_bulk({place for place, _category in rows})
    for place_id, category in rows:
        place = places.get(place_id)
        if place is None or not groups_to_thank(unit, place):
            continue
        try:
            counted = reports_to_thank_for(unit, place, category, officer=officer)
        except Refused:
            continue
        yield PossibleThanks(place, category, len(counted.tips))


def _places_and_kinds(unit: Unit, officer: "Officer") -> list[tuple[object, str]]:
    """Those with enough reports of enough days, before copies and earlier refusals are looked at.

    Communes, and the province for reports that tell of no commune.
    """
    wider_than_hamlet = Case(
        When(place__kind=Place.Kind.HAMLET, then="place__parent"), default="place"
    )
    day = TruncDate("received_at", tzinfo=times.VIETNAM)
    counted = (
        uncounted_tips(unit, officer=officer)
        .filter(is_ripe(times.now()))
        .order_by()
        .values_list(wider_than_hamlet, "category")
        .annotate(reports=Count("pk"), days=Count(day, distinct=True))
        .filter(reports__gte=FEWEST_SHOWN, days__gte=FEWEST_SHOWN)
        .order_by("-reports", "category")
    )
    return [(place, category) for place, category, *_counts in counted]
