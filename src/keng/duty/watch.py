"""Who watches a desk at this moment: on the rota, with a pager that was tried for this shift."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from keng.accounts.models import Shift
from keng.delivery.models import PagerTest
from keng.kit import times
from keng.places.models import Unit

# A view (migration 0006): shifts with the post they rest on, and without a name.
_RUNNING = """
SELECT ends_at, valid_to FROM delivery_watch
WHERE unit_id = %(unit)s AND is_heard AND starts_at <= %(now)s AND ends_at > %(now)s
  AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
"""
_COMING = """
SELECT starts_at, valid_from, valid_to FROM delivery_watch
WHERE unit_id = %(unit)s AND starts_at > %(now)s AND starts_at <= %(until)s
ORDER BY starts_at
"""
_DAY = datetime.timedelta(days=1)


def watched_until(unit_id: uuid.UUID) -> datetime.datetime | None:
    """Until when somebody certainly watches; None when nobody does. No officer is named or read.

    A shift without a test says nothing: a pager that was never heard wakes nobody. Neither does
    one that was removed or switched off since, nor the shift of somebody whose post has ended.
    """
    now = times.now()
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, {"unit": unit_id, "now": now, "day": times.local_date(now)})
        rows = cursor.fetchall()
    ends = (min(end, times.start_of(last + _DAY)) if last else end for end, last in rows)
    return max(ends, default=None)


def calls_reach_somebody(unit: Unit) -> bool:
    """Whether calls to a tip of the unit certainly reach somebody: watching there or above it."""
    desks = [unit.pk, *([unit.parent_id] if unit.parent_id else [])]
    return any(watched_until(desk) for desk in desks)


def next_on_duty(unit_id: uuid.UUID) -> datetime.datetime | None:
    """When the next shift of the rota begins, if within a day; None when no rota says."""
    now = times.now()
    with connection.cursor() as cursor:
        cursor.execute(_COMING, {"unit": unit_id, "now": now, "until": now + _DAY})
        rows = cursor.fetchall()
    for start, first, last in rows:
        if first <= times.local_date(start) <= (last or datetime.date.max):
            return start  # type: ignore[no-any-return]
    return None


@dataclass(frozen=True, slots=True)
class TestOfShift:
    """What is known of the pagers of a shift: of its newest test, and of whichever was heard."""

    heard_at: datetime.datetime | None
    """When a pager of its officer first rang for this shift."""
    unheard: list[str]
    """The kinds of pagers of the newest test that were not confirmed."""
    called: int
    """How many pagers that test called."""


def tests_of_shifts(shifts: Iterable[Shift]) -> dict[uuid.UUID, TestOfShift]:
    """For each shift for which a pager was tried."""
    found = PagerTest.objects.filter(shift__in=[shift.pk for shift in shifts])
    by_shift: dict[uuid.UUID, list[PagerTest]] = {}
    for test in found.prefetch_related("ways__way").order_by("at"):
        if test.shift_id is not None:
            by_shift.setdefault(test.shift_id, []).append(test)
    return {shift_id: _test_of_shift(tests) for shift_id, tests in by_shift.items()}


def _test_of_shift(tests: list[PagerTest]) -> TestOfShift:
    heard = [test.confirmed_at for test in tests if test.confirmed_at]
    ways = list(tests[-1].ways.all())
    unheard = [str(one.way.get_kind_display()) for one in ways if one.heard_at is None]
    return TestOfShift(min(heard, default=None), unheard, len(ways))
