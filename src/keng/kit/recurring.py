"""Work that the worker does again and again: an area lists its own in `tasks.TASKS`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Task:
    """One kind of work, done in small committed portions.

    `run` does one portion and returns how many rows it did; more than none means that there may be
    more, so it is called again before `every` has passed. It must be safe to kill anywhere, and
    safe when two workers run it at once.
    """

    name: str
    run: Callable[[], int]
    every: timedelta = timedelta(seconds=1)
    is_woken: bool = False
    """Done at once when somebody notifies the channel `WORK`, and not only after `every`."""
    is_slow: bool = False
    """It takes long or waits for others, so it is done in a thread of its own."""


WORK = "keng_work"
"""The channel on which whoever commits work for the worker says so."""
