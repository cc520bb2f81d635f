"""What came of a dispatch in groups, by kind and by place.

Whoever subscribed is counted by channel alone: in a hamlet a small number would tell of a person.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from keng.delivery.models import Dispatch
from keng.delivery.queries.outcomes import COLUMN_OF_STATE, OutcomeRow
from keng.network.models import GroupKind

_COUNT = """
SELECT g.kind, coalesce(commune.full_name, p.full_name), coalesce(commune.id, p.id),
  CASE WHEN commune.id IS NULL THEN '' ELSE p.full_name END, p.id, d.state, count(*)::int
FROM delivery_delivery d JOIN network_group g ON g.id = d.recipient_ref
JOIN places_place p ON p.id = g.place_id
LEFT JOIN places_place commune ON commune.id = p.parent_id AND p.kind = 'hamlet'
WHERE d.dispatch_id = %s AND d.recipient_kind = 'group' AND d.part = 1
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 2, 3, 4, 5
"""


class _Count(NamedTuple):
    """A row of _COUNT: so many groups of one kind at one place are in one state."""

    kind: str
    commune: str
    commune_id: UUID
    hamlet: str
    place_id: UUID
    state: str
    groups: int


@dataclass(frozen=True, slots=True)
class OutcomeOfPlace:
    """Groups of one hamlet, or of a commune without one."""

    commune: str
    hamlet: str
    row: OutcomeRow


@dataclass(frozen=True, slots=True)
class OutcomeOfGroups:
    """Each list adds up to all groups of the dispatch."""

    by_kind: tuple[OutcomeRow, ...]
    by_commune: tuple[OutcomeRow, ...]
    by_hamlet: tuple[OutcomeOfPlace, ...]

    @property
    def places_of_page(self) -> tuple[OutcomeRow, ...]:
        """Communes; where there is but one, its hamlets."""
        if len(self.by_commune) > 1:
            return self.by_commune
        return tuple(place.row for place in self.by_hamlet)


def outcome_of_groups(dispatch: Dispatch) -> OutcomeOfGroups:
    """Only first parts count, so no group counts twice."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [dispatch.pk])
        counts = [_Count(*row) for row in cursor.fetchall()]
    kinds = _sums(counts, lambda row: row.kind)
    communes = _sums(counts, lambda row: (row.commune_id, row.commune))
    hamlets = _sums(counts, lambda row: (row.place_id, row.commune, row.hamlet))
    return OutcomeOfGroups(
        tuple(
            OutcomeRow(str(kind.label), **kinds[kind.value])
            for kind in GroupKind
            if kind.value in kinds
        ),
        tuple(OutcomeRow(name, **cells) for (_key, name), cells in communes.items()),
        tuple(
            OutcomeOfPlace(commune, hamlet, OutcomeRow(hamlet or commune, **cells))
            for (_key, commune, hamlet), cells in hamlets.items()
        ),
    )


def _sums(counts: Iterable[_Count], part_of: Callable[[_Count], Any]) -> dict[Any, Counter[str]]:
    """How many stand in each column, for each part, in the order of the rows."""
    sums: dict[Any, Counter[str]] = {}
    for row in counts:
        sums.setdefault(part_of(row), Counter())[COLUMN_OF_STATE[row.state]] += row.groups
    return sums
