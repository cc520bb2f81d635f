"""Work that the worker does again and again: an area lists its own in `tasks.TASKS`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class TaskPace(StrEnum):
    """Which tasks may wait for each other: the worker does each pace beside the others."""

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
    more, so it is called again before `every` has passed. It must be safe to kill anywhere, and
    safe when two workers run it at once.
    """

    name: str
    run: Callable[[], int]
    every: timedelta = timedelta(seconds=1)
    is_woken: bool = False
    """Done at once when somebody notifies `WORK_CHANNEL`, and not only after `every`."""
    pace: TaskPace = TaskPace.NORMAL


WORK_CHANNEL = "keng_work"
"""The channel on which whoever commits work for the worker says so."""
