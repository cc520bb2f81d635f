"""The tally of open tips: where its quarters of an hour begin, and adding alike rows up."""

import datetime

from django.db import connection

from keng.kit import times

SLOT = datetime.timedelta(minutes=15)
# So many rows a unit may have beside those that cannot be added up.
_MOST_TO_ADD = 100
# A deadline that is over stays over: such tips are alike, whenever it was. A day is more than the
# clocks of two machines differ.
_LONG_OVER = datetime.timedelta(days=1)
_OVER_SLOT = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_ADD_UP = """
WITH parts AS (
  DELETE FROM tips_opentally WHERE unit_ref IN (
    SELECT unit_ref FROM tips_opentally GROUP BY unit_ref
    HAVING count(*) > %(most)s + count(DISTINCT (
      greatest(due_slot, %(long_over)s), assigned_ref, is_critical, is_waiting, is_answered
    ))
  ) RETURNING *
)
INSERT INTO tips_opentally
  (unit_ref, due_slot, assigned_ref, is_critical, is_waiting, is_answered, tips)
SELECT unit_ref, CASE WHEN due_slot < %(long_over)s THEN %(over)s ELSE due_slot END,
  assigned_ref, is_critical, is_waiting, is_answered, sum(tips)
FROM parts GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(tips) <> 0
"""


def slot_of(moment: datetime.datetime) -> datetime.datetime:
    """When the quarter of an hour began that this moment lies in."""
    seconds = int(SLOT.total_seconds())
    return datetime.datetime.fromtimestamp(moment.timestamp() // seconds * seconds, datetime.UTC)


def add_up_tally() -> int:
    """Make one row of alike ones, for each unit that has many; always 0, as nothing is left to do.

    Whoever counts meanwhile sees all of them as they were, or as they are then.
    """
    asked: dict[str, int | datetime.datetime] = {
        "most": _MOST_TO_ADD,
        "long_over": slot_of(times.now() - _LONG_OVER),
        "over": _OVER_SLOT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, asked)
    return 0
