"""Keeping indicators that something names, and removing those that nothing names any more.

An indicator without a sighting or a listing is what somebody told in a report of which nothing was
to stay. Whoever makes a row that names one holds it first, so that it cannot go at the same moment.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.kit.ids import coarse_id
from keng.kit.unreferenced_rows import unreferenced_rows
from keng.lookup.models import Indicator

_PORTION = 1_000
# Of so many it is asked at a time whether something names them, however many there are.
_STRETCH = 5_000
_FIRST_ID = UUID(int=0)
_MAKE = """
INSERT INTO lookup_indicator (id, type, value)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[])
ON CONFLICT (type, value) DO NOTHING
"""
_HOLD = """
SELECT i.type, i.value, i.id FROM lookup_indicator i
JOIN unnest(%s::text[], %s::text[]) AS wanted (type, value) USING (type, value)
ORDER BY i.type, i.value FOR KEY SHARE OF i
"""


def hold_indicators(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """The ids of these (type, value), made where missing; held until commit.

    In one order, so that two with the same numbers do not block each other.
    """
    held: dict[tuple[str, str], UUID] = {}
    in_order = sorted(set(wanted))
    while missing := [pair for pair in in_order if pair not in held]:
        types, values = [kind for kind, _ in missing], [value for _, value in missing]
        with connection.cursor() as cursor:
            cursor.execute(_MAKE, [[coarse_id() for _ in missing], types, values])
            # One that was removed between the two statements is made anew in the next round.
            cursor.execute(_HOLD, [types, values])
            held |= {(kind, value): pk for kind, value, pk in cursor.fetchall()}
    return held


@dataclass(slots=True)
class _Round:
    """How far this process has come through the older ones; it begins anew at the end."""

    after: UUID = _FIRST_ID


_round = _Round()


@work()
def remove_unused_indicators(portion: int = _PORTION, stretch: int = _STRETCH) -> int:
    """Remove indicators that no row names; how many. A job of the worker.

    Each time it looks through the newest, among which nearly all of them are: of what was purged or
    taken back the act itself removes them. Of the older ones it looks through the next stretch.
    """
    rows = Indicator.objects.order_by("pk")
    newest = _nth_id(rows.reverse(), stretch)
    if newest is None:
        return remove_unused_among(_unused(rows, portion))
    ids = _unused(rows.filter(pk__gte=newest), portion)
    older = rows.filter(pk__gt=_round.after, pk__lt=newest)
    end = _nth_id(older, stretch)
    more = _unused(older if end is None else older.filter(pk__lte=end), portion)
    if len(more) < portion:
        _round.after = end or _FIRST_ID
    return remove_unused_among(ids + more)


def _nth_id(rows: QuerySet[Indicator], n: int) -> UUID | None:
    return next(iter(rows.values_list("pk", flat=True)[n - 1 : n]), None)


def _unused(rows: QuerySet[Indicator], most: int) -> list[UUID]:
    return list(unreferenced_rows(rows).order_by().values_list("pk", flat=True)[:most])


def remove_unused_among(ids: Collection[UUID]) -> int:
    """Remove those of these that no row names, inside the caller's transaction; how many.

    Locked first and asked again then: a row that names one was committed before, and is seen, or
    is made later, and then its maker waits and makes the indicator anew.
    """
    rows = lock_available(Indicator.objects.filter(pk__in=ids), to_delete=True)
    locked = list(rows.values_list("pk", flat=True))
    if not locked:
        return 0
    return unreferenced_rows(Indicator.objects.filter(pk__in=locked)).delete()[0]
