"""What came in by commune: in the boundaries of today, or in those before 1 July 2025.

Several old communes became one, and some were split over several. Where a tip names only the one,
nobody can say which of the others it was: such a row names them all and guesses none. Rows stand
in the order of names, never of numbers: people report more where they trust more.
"""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext_noop

from keng.language.alphabet import alphabetical
from keng.places.models import Place, Succession
from keng.reports.periodic.identity_terms import TERMS
from keng.reports.periodic.whose_report import ReportAsk

NEW_BOUNDARIES, OLD_BOUNDARIES = "new", "old"
UNKNOWN_PLACE = gettext_noop("Place not known")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place, or several that cannot be told apart."""

    name: str
    count: int
    one_of: tuple[str, ...] = ()


def place_rows(ask: ReportAsk, boundaries: str) -> list[PlaceRow]:
    """What came in, each tip in exactly one row."""
    counts = ask.once(_counts)
    turned = _in_boundaries([place for place in counts if place], boundaries)
    found = [_row(place, n, turned) for place, n in counts.items()]
    merged: defaultdict[tuple[str, tuple[str, ...]], int] = defaultdict(int)
    for row in found:
        merged[row.name, row.one_of] += row.count
    return sorted(
        (PlaceRow(name, n, one_of) for (name, one_of), n in merged.items()),
        key=lambda row: (row.name == UNKNOWN_PLACE, alphabetical(row.name)),
    )


def _counts(ask: ReportAsk) -> Counter[Place | None]:
    """How many tips came in from each commune, whichever its boundaries are."""
    counted = TERMS["received"](ask).order_by().values_list("place").annotate(n=Count("pk"))
    counts: Counter[Place | None] = Counter()
    named = _communes([place for place, _n in counted if place])
    for place, number in counted:
        counts[named.get(place)] += number
    return counts


def _row(place: Place | None, number: int, turned: dict[Place, list[Place]]) -> PlaceRow:
    if place is None:
        return PlaceRow(UNKNOWN_PLACE, number)
    others = turned.get(place, [place])
    if len(others) == 1:
        return PlaceRow(_name(others[0]), number)
    return PlaceRow(_name(place), number, tuple(sorted(map(_name, others), key=alphabetical)))


def _communes(place_ids: list[uuid.UUID]) -> dict[uuid.UUID, Place]:
    """The commune of each place: a hamlet belongs to its own."""
    places = Place.objects.filter(pk__in=place_ids).select_related("parent")
    return {
        place.pk: place.parent if place.kind == Place.Kind.HAMLET and place.parent else place
        for place in places
    }


def _in_boundaries(places: list[Place], boundaries: str) -> dict[Place, list[Place]]:
    """What each place is in the other boundaries: itself, one other, or one of several."""
    found: dict[Place, list[Place]] = {}
    if boundaries == NEW_BOUNDARIES:
        ended = [place for place in places if place.valid_to]
        for step in Succession.objects.filter(old__in=ended).select_related("old", "new"):
            found.setdefault(step.old, []).append(step.new)
        return found
    present = [place for place in places if not place.valid_to]
    for step in Succession.objects.filter(new__in=present).select_related("old", "new"):
        found.setdefault(step.new, []).append(step.old)
    return found


def _name(place: Place) -> str:
    return f"{place.full_name} ({place.old_district})" if place.old_district else place.full_name
