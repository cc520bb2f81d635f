"""Which groups are missing: what each commune has against what its province wants there."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from keng.accounts.who import SETTING_TARGETS
from keng.language.alphabet import alphabetical
from keng.network.models import Group, GroupKind, GroupTarget
from keng.network.queries.groups import is_silent
from keng.network.queries.places import places_of
from keng.places.models import Place, Unit

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@dataclass(frozen=True, slots=True)
class TargetCell:
    """Groups of one kind in one commune; `wanted` is 0 where nothing is asked for."""

    kind: str
    have: int
    wanted: int

    @property
    def missing(self) -> int:
        return max(self.wanted - self.have, 0)


@dataclass(frozen=True, slots=True)
class CommuneTargets:
    """One commune with a cell for every kind that is wanted anywhere."""

    place: Place
    groups: int
    silent: int
    cells: tuple[TargetCell, ...]

    @property
    def missing(self) -> int:
        return sum(cell.missing for cell in self.cells)

    @property
    def wanted(self) -> int:
        return sum(cell.wanted for cell in self.cells)


@dataclass(frozen=True, slots=True)
class TargetSum:
    """One kind over all communes."""

    label: str
    wanted: int
    missing: int
    communes: int
    """In how many communes at least one is missing."""

    @property
    def there(self) -> int:
        return self.wanted - self.missing


@dataclass(frozen=True, slots=True)
class TargetTable:
    """All communes of an officer; everything on the page is counted from these rows."""

    communes: tuple[CommuneTargets, ...]
    kinds: tuple[str, ...]

    @property
    def lacking(self) -> list[CommuneTargets]:
        """Most missing first, then those without any group, then by name."""
        found = [one for one in self.communes if one.missing or not one.groups]
        return sorted(
            found, key=lambda one: (-one.missing, one.groups, alphabetical(one.place.name))
        )

    @property
    def without_groups(self) -> int:
        return sum(1 for one in self.communes if not one.groups)

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.communes)

    @property
    def headings(self) -> list[str]:
        return [str(GroupKind(kind).label) for kind in self.kinds]

    def by_kind(self) -> list[TargetSum]:
        """One row a kind."""
        rows = []
        for at, kind in enumerate(self.kinds):
            cells = [one.cells[at] for one in self.communes]
            lacking = [cell.missing for cell in cells if cell.missing]
            wanted = sum(cell.wanted for cell in cells)
            rows.append(TargetSum(str(GroupKind(kind).label), wanted, sum(lacking), len(lacking)))
        return rows

    def total(self) -> TargetSum:
        """The sum of exactly these rows."""
        rows = self.by_kind()
        lacking = sum(1 for one in self.communes if one.missing)
        return TargetSum(
            _("Sum"), sum(row.wanted for row in rows), sum(row.missing for row in rows), lacking
        )


def target_table(officer: "Officer", *, kind: str = "") -> TargetTable:
    """Every commune of the officer's units against its targets, in six queries."""
    communes = communes_of(officer)
    counted = _groups_by_commune(officer)
    common, own = _targets(officer)
    named = {k for k, n in common.items() if n} | {k for (_p, k), n in own.items() if n}
    kinds = tuple(k for k in GroupKind.values if k in named and kind in {"", k})
    rows = []
    for place in communes:
        have = counted.get(place.pk, {})
        cells = tuple(
            TargetCell(k, have.get(k, (0, 0))[0], own.get((place.pk, k), common.get(k, 0)))
            for k in kinds
        )
        shown = [pair for k, pair in have.items() if kind in {"", k}]
        groups, silent = sum(n for n, _s in shown), sum(s for _n, s in shown)
        rows.append(CommuneTargets(place, groups, silent, cells))
    return TargetTable(tuple(rows), kinds)


def communes_of(officer: "Officer") -> list[Place]:
    """The communes, wards and special zones of today that the officer's units serve."""
    kinds = (Place.Kind.WARD, Place.Kind.COMMUNE, Place.Kind.SPECIAL_ZONE)
    return list(places_of(officer.unit_ids).filter(kind__in=kinds))


def _groups_by_commune(officer: "Officer") -> dict[uuid.UUID, dict[str, tuple[int, int]]]:
    """Groups in use and how many are silent, by commune and kind; hamlets count for theirs."""
    sign = Coalesce("last_sign_at", "created_at")
    silent = Count("id", filter=is_silent())
    found = (
        Group.objects.visible_to(officer)
        .filter(is_active=True)
        .annotate(sign_at=sign)
        .values_list("place_id", "place__kind", "place__parent_id", "kind")
        .annotate(groups=Count("id"), quiet=silent)
        .order_by()
    )
    counted: dict[uuid.UUID, dict[str, tuple[int, int]]] = {}
    for place, place_kind, parent, kind, groups, quiet in found:
        commune = parent if place_kind == Place.Kind.HAMLET else place
        cells = counted.setdefault(commune, {})
        before = cells.get(kind, (0, 0))
        cells[kind] = (before[0] + groups, before[1] + quiet)
    return counted


def _targets(
    officer: "Officer",
) -> tuple[dict[str, int], dict[tuple[uuid.UUID, str], int]]:
    """What every commune should have, and what single ones should have instead."""
    above = Unit.objects.filter(pk__in=officer.unit_ids, parent__isnull=False)
    units = set(officer.unit_ids) | set(above.values_list("parent_id", flat=True))
    common: dict[str, int] = {}
    own: dict[tuple[uuid.UUID, str], int] = {}
    for row in GroupTarget.objects.filter(unit_id__in=units, count__isnull=False):
        count = row.count or 0
        if row.place_id:
            own[row.place_id, row.kind] = count
        else:
            common[row.kind] = max(count, common.get(row.kind, 0))
    return common, own


def targets_set(unit_id: uuid.UUID, place: Place | None) -> dict[str, int | None]:
    """The numbers that a unit has set, for all communes or for one."""
    rows = GroupTarget.objects.filter(unit_id=unit_id, place=place)
    return dict(rows.values_list("kind", "count"))


def province_setting_targets(officer: "Officer") -> Unit | None:
    """The provincial unit in whose name this officer sets targets; none for everybody else."""
    return min(SETTING_TARGETS.own_units(officer), key=lambda unit: unit.name, default=None)
