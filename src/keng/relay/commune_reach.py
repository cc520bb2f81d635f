"""One commune: its groups by kind and by hamlet, and what the last 30 days reached of them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keng.kit.sql_names import alphabetically
from keng.network.models import GroupKind
from keng.network.queries import groups as group_queries
from keng.network.queries.hamlets import houses_by_place
from keng.network.queries.places import place_ids_below
from keng.network.queries.targets import target_table
from keng.places.models import Place
from keng.relay import coverage

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@dataclass(frozen=True, slots=True)
class ReachRow:
    """A kind or a hamlet. `row` is None when nothing was sent there in these days."""

    label: str
    groups: int
    silent: int
    wanted: int
    row: coverage.CoverageRow | None
    household_count: int | None = None
    """Of a hamlet: how many households there are, as its desk counts them."""
    listed: int = 0
    """Establishments (houses) that were written down there."""
    reached: int = 0
    """Of these, those whose contact reads along in a group."""

    @property
    def missing(self) -> int:
        return max(self.wanted - self.groups, 0)


@dataclass(frozen=True, slots=True)
class CommuneReach:
    """The two tables; the groups of both add up to `total`."""

    place: Place
    kinds: tuple[ReachRow, ...]
    hamlets: tuple[ReachRow, ...]
    total: ReachRow
    missing: int
    has_targets: bool


def reach_of_commune(pk: uuid.UUID, *, officer: "Officer") -> CommuneReach | None:
    """None when the commune is not the officer's."""
    commune = next((c for c in target_table(officer).communes if c.place.pk == pk), None)
    if commune is None:
        return None
    inside = place_ids_below([pk])
    sent = [dispatch.pk for dispatch in coverage.recent_dispatches(officer)]
    reached = coverage.coverage_of_dispatches(sent, officer=officer, inside=inside)
    found = group_queries.filtered_groups(officer, place=pk)
    groups = list(found.annotate(is_silent=group_queries.is_silent()))
    wanted = {cell.kind: cell.wanted for cell in commune.cells}
    kinds = tuple(
        _reach_row(str(label), [g for g in groups if g.kind == kind], wanted.get(kind, 0), row)
        for kind, label in GroupKind.choices
        if (row := _row_of_kind(reached, str(label)))
        or wanted.get(kind)
        or any(g.kind == kind for g in groups)
    )
    rows = {row.place: row for row in reached.places}
    places = [
        commune.place,
        *Place.objects.filter(parent=pk, valid_to=None).order_by(alphabetically()),
    ]
    houses = houses_by_place(officer, [one.pk for one in places])
    hamlets = tuple(
        _reach_row(
            _("The whole commune") if one.pk == pk else one.full_name,
            [g for g in groups if g.place_id == one.pk],
            0,
            rows.get(one.pk),
            household_count=one.household_count,
            houses=houses.get(one.pk, (0, 0)),
        )
        for one in places
    )
    total = _reach_row(
        _("Sum"),
        groups,
        sum(wanted.values()),
        reached.total if sent else None,
        household_count=_sum_of_known(one.household_count for one in places),
        houses=(sum(row.listed for row in hamlets), sum(row.reached for row in hamlets)),
    )
    return CommuneReach(commune.place, kinds, hamlets, total, commune.missing, bool(wanted))


def _reach_row(
    label: str,
    groups: list[Any],
    wanted: int,
    row: coverage.CoverageRow | None,
    *,
    household_count: int | None = None,
    houses: tuple[int, int] = (0, 0),
) -> ReachRow:
    silent = sum(1 for group in groups if group.is_silent)
    counted = row if row and row.groups else None
    return ReachRow(label, len(groups), silent, wanted, counted, household_count, *houses)


def _sum_of_known(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _row_of_kind(reached: coverage.Coverage, label: str) -> coverage.CoverageRow | None:
    return next((row for row in reached.kinds if row.label == label), None)
