"""Work that the worker does again and again: an area lists its own in `tasks.TASKS`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class TaskPace(StrEnum):
    """Which tasks may wait for each other: the classes of `keng worker --class`.

    Each may be done by processes of its own, as many as one likes, on any machine.
    """

    ALARM = "alarm"
    """A call for help may hang on it. Small portions of our own rows; it waits for nothing else."""
    NORMAL = "normal"
    """Whatever is done soon enough when all the others of this pace have had their turn."""
    SLOW = "slow"
    """It waits for somebody else's server, reads whole tables, or computes for seconds: each such
    task is done by itself, so that not even another slow one waits for it."""


@dataclass(frozen=True)
class WorkerTask:
    """One kind of work, done in small committed portions.

    `run` does one portion and returns how many rows it did; more than none means that there may be
    more, so it is called again before `every` has passed. It must be safe to kill anywhere. One
    worker at a time does it, the one that holds the lease of its name; one that stood still may
    come to the end of its portion beside the next one's first, so nothing may break even then.
    """

    name: str
    run: Callable[[], int]
    every: timedelta = timedelta(seconds=1)
    is_woken: bool = False
    """Done at once when somebody notifies `WORK_CHANNEL`, and not only after `every`."""
    pace: TaskPace = TaskPace.NORMAL
    is_shared: bool = False
    """Done by all workers of its pace at once, without a lease: each portion claims rows that no
    other one gets (`lock_available`, or a state with an end)."""


WORK_CHANNEL = "keng_work"
"""The channel on which whoever commits work for the worker says so."""
