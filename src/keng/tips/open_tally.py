"""The tally of open tips: where its quarters of an hour begin, adding alike rows up, recounting."""

import datetime
import logging

from django.db import connection
from django.db.models import Q

from keng.acts.locks import take_turn
from keng.acts.work import work
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.tips.models import Tip

log = logging.getLogger(__name__)

# Open and in the list of their desk whatever the hour: the tally counts exactly these.
IS_TALLIED = Q(state__in=[Tip.State.RECEIVED, Tip.State.ACCEPTED], set_aside_until__isnull=True)
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
      greatest(due_slot, %(long_over)s), assigned_ref, is_critical, has_money_to_stop,
      is_waiting, is_answered
    ))
  ) RETURNING *
)
INSERT INTO tips_opentally
  (unit_ref, due_slot, assigned_ref, is_critical, has_money_to_stop, is_waiting, is_answered, tips)
SELECT unit_ref, CASE WHEN due_slot < %(long_over)s THEN %(over)s ELSE due_slot END,
  assigned_ref, is_critical, has_money_to_stop, is_waiting, is_answered, sum(tips)
FROM parts GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(tips) <> 0
"""
# What the tips are less what the tally says, of each kind that it counts apart; what is long over
# together. One statement sees both as they stood at one moment: the triggers write a tip's part in
# the transaction that changes it. Only rows are added, as the triggers do.
_RECOUNT = """
WITH counted AS (
  SELECT responsible_unit_id AS unit_ref,
    date_bin('15 minutes', due_at, '2000-01-01 00:00+00') AS due_slot,
    assigned_to_id AS assigned_ref, urgency = 'P0' AS is_critical,
    (urgency = 'P1' AND money_moved AND gravity_band = 5 AND assigned_to_id IS NULL)
      AS has_money_to_stop,
    waiting_since IS NOT NULL AS is_waiting, first_answered_at IS NOT NULL AS is_answered, 1 AS tips
  FROM tips_tip WHERE state IN ('received', 'accepted') AND set_aside_until IS NULL
  UNION ALL
  SELECT unit_ref, due_slot, assigned_ref, is_critical, has_money_to_stop, is_waiting, is_answered,
    -tips
  FROM tips_opentally
)
INSERT INTO tips_opentally
  (unit_ref, due_slot, assigned_ref, is_critical, has_money_to_stop, is_waiting, is_answered, tips)
SELECT unit_ref, CASE WHEN due_slot < %(long_over)s THEN %(over)s ELSE due_slot END,
  assigned_ref, is_critical, has_money_to_stop, is_waiting, is_answered, sum(tips)
FROM counted GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(tips) <> 0
RETURNING unit_ref, tips
"""


def slot_of(moment: datetime.datetime) -> datetime.datetime:
    """When the quarter of an hour began that this moment lies in."""
    seconds = int(SLOT.total_seconds())
    return datetime.datetime.fromtimestamp(moment.timestamp() // seconds * seconds, datetime.UTC)


def add_up_tally() -> int:
    """Make one row of alike ones, for each unit that has many; always 0, as nothing is left to do.

    Whoever counts meanwhile sees all of them as they were, or as they are then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, {"most": _MOST_TO_ADD, **_long_over()})
    return 0


@work()
def recount_tally() -> int:
    """Count the open tips anew; mend the tally, and say so, where triggers had not run.

    Rows that somebody restored, or wrote past the triggers, are counted by nobody else. Always 0,
    as nothing is left to do.
    """
    if not take_turn(TurnLock.RECOUNT_OPEN_TIPS):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, _long_over())
        mended = cursor.fetchall()
    if mended:
        log.warning(
            "The tally of open tips was off and is mended: %s units, %s tips more, %s fewer.",
            len({unit for unit, _tips in mended}),
            sum(tips for _unit, tips in mended if tips > 0),
            -sum(tips for _unit, tips in mended if tips < 0),
        )
    return 0


def _long_over() -> dict[str, datetime.datetime]:
    return {"long_over": slot_of(times.now() - _LONG_OVER), "over": _OVER_SLOT}
