"""By how many leaves the log grows at each step (docs/decisions/0027): chosen once a day.

An observer sees the size of the log. So it grows by the same number every five minutes, whatever
happened, and that number is one of a few.
"""

import datetime as dt
from dataclasses import dataclass

STEP_SECONDS = 300
STEPS_A_DAY = 24 * 3600 // STEP_SECONDS
# The paces there are. Four times apart: which one it is tells little of how much is recorded.
PACES = (16, 64, 256, 1024, 4096)
# A slower pace is taken when it has been enough for so many days in a row.
QUIET_DAYS = 28
# What waits goes with the steps of so many days, beside twice what a day brings.
DAYS_OF_BACKLOG = 7


@dataclass(frozen=True, slots=True)
class DayOfLog:
    """What the pace of a new day depends on."""

    recorded: int
    """Entries since the pace was chosen last."""
    waiting: int
    pace: int
    """Until now; 0 at the very beginning."""
    quiet_days: int


def step_of(moment: dt.datetime) -> int:
    """The number of the step that is due at this moment, since 1970."""
    return int(moment.timestamp()) // STEP_SECONDS


def pace_of_new_day(day: DayOfLog) -> tuple[int, int]:
    """The pace of the day that begins, and how many quiet days there were in a row."""
    wanted = _slowest_enough(day)
    if wanted >= day.pace:
        return wanted, 0
    if day.quiet_days + 1 < QUIET_DAYS:
        return day.pace, day.quiet_days + 1
    return PACES[PACES.index(day.pace) - 1], 0


def _slowest_enough(day: DayOfLog) -> int:
    needed = 2 * day.recorded + day.waiting // DAYS_OF_BACKLOG
    return next((pace for pace in PACES if pace * STEPS_A_DAY >= needed), PACES[-1])
