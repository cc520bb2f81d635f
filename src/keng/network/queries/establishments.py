"""Reads of establishments: the list, and which houses no warning reaches, hamlet by hamlet."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from keng.kit.numbers import percent_of
from keng.kit.sql_names import alphabetically
from keng.language.alphabet import alphabetical
from keng.language.fold import fold
from keng.network.models import Establishment, GroupKind
from keng.network.queries.places import place_ids_below
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer

EstablishmentKind = Establishment.Kind
# The kind of group in which the contacts of such houses read along.
GROUP_KIND_OF = {
    EstablishmentKind.BOARDING_HOUSE: GroupKind.LANDLORDS,
    EstablishmentKind.GUESTHOUSE: GroupKind.LODGING,
    EstablishmentKind.KARAOKE: GroupKind.KARAOKE,
    EstablishmentKind.SCHOOL: GroupKind.SCHOOL,
}
# What rents out rooms, and is asked in how many of them a warning was told: no school.
KINDS_WITH_ROOMS = (
    EstablishmentKind.BOARDING_HOUSE,
    EstablishmentKind.GUESTHOUSE,
    EstablishmentKind.KARAOKE,
)
# A contact who reads along in a group that is still in use.
IS_REACHED = Q(group__isnull=False, group__is_active=True)


@dataclass(frozen=True, slots=True)
class EstablishmentKindRow:
    """Houses of one kind: `reached` have a contact in a group, `rooms` is told by the houses."""

    code: str
    label: str
    houses: int
    reached: int
    rooms: int

    @property
    def missing(self) -> int:
        return self.houses - self.reached

    @property
    def percent(self) -> int:
        return percent_of(self.reached, self.houses)

    @property
    def group_kind(self) -> str:
        """Whom a warning to this kind is addressed to."""
        return str(GROUP_KIND_OF[EstablishmentKind(self.code)]) if self.code else ""


@dataclass(frozen=True, slots=True)
class UnreachedInHamlet:
    """The houses of one hamlet that no group reaches."""

    place: Place
    houses: int
    missing: tuple[Establishment, ...]


def filtered_establishments(
    officer: "Officer",
    *,
    words: str = "",
    place: uuid.UUID | None = None,
    kind: str = "",
    state: str = "",
) -> QuerySet[Any]:
    """Houses of the officer's units. `state`: "" for open ones, missing, closed."""
    found: QuerySet[Any] = (
        Establishment.objects.visible_to(officer)
        .filter(is_open=state != "closed")
        .select_related("place", "group", "unit")
        .order_by(alphabetically("place__name"), alphabetically(), "id")
    )
    if place:
        found = found.filter(place_id__in=place_ids_below([place]))
    if kind:
        found = found.filter(kind=kind)
    if state == "missing":
        found = found.exclude(IS_REACHED)
    if words:
        wanted = fold(words)
        names = found.order_by().values_list("id", "name", "contact")
        found = found.filter(id__in=[k for k, *told in names if wanted in fold(" ".join(told))])
    return found


def establishments_by_kind(found: QuerySet[Any]) -> list[EstablishmentKindRow]:
    """One row a kind, in their fixed order."""
    counted = {
        kind: (houses, reached, rooms)
        for kind, houses, reached, rooms in found.order_by()
        .values_list("kind")
        .annotate(
            houses=Count("id"), reached=Count("id", filter=IS_REACHED), rooms=Sum("room_count")
        )
    }
    return [
        EstablishmentKindRow(k.value, str(k.label), *counted[k.value])
        for k in EstablishmentKind
        if k.value in counted
    ]


def sum_of_establishments(rows: Iterable[EstablishmentKindRow]) -> EstablishmentKindRow:
    """The sum of exactly these rows."""
    rows = list(rows)
    sums = (sum(getattr(row, name) for row in rows) for name in ("houses", "reached", "rooms"))
    return EstablishmentKindRow("", _("Sum"), *sums)


def unreached_by_hamlet(officer: "Officer", *, kind: str = "") -> list[UnreachedInHamlet]:
    """Hamlets with houses that no group reaches, most of them first."""
    found = list(filtered_establishments(officer, kind=kind))
    by_place: dict[uuid.UUID, list[Establishment]] = {}
    for house in found:
        by_place.setdefault(house.place_id, []).append(house)
    rows = []
    for houses in by_place.values():
        lacking = [one for one in houses if not (one.group and one.group.is_active)]
        if lacking:
            rows.append(UnreachedInHamlet(houses[0].place, len(houses), tuple(lacking)))
    return sorted(rows, key=lambda row: (-len(row.missing), alphabetical(row.place.name)))
