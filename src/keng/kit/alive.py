"""Signs of life: a file for each process that only work can touch, and how old each is.

A file, since it is there when the database is not; and its time alone is written, since that can be
done on a full disk. Nothing here raises: a sign that could not be given is one that is missing.
"""

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder, private_opener
from keng.kit.worker_tasks import TaskPace

BEAT_EVERY = 4.0
# After so long without a sign a process stands still: longer than any limit of time lets it wait.
PROCESS_SILENT_AFTER = 25.0
# A lane of the worker: a slow task may work for long.
LANE_SILENT_AFTER = {
    TaskPace.ALARM: PROCESS_SILENT_AFTER,
    TaskPace.NORMAL: 600.0,
    TaskPace.SLOW: 3600.0,
}
# A task on which a call for help may hang; each is done every few seconds.
ALARM_LATE_AFTER = 120.0
# Of each class of tasks one, whichever process does it.
WORKER_SIGNS = {pace: f"worker-{pace}" for pace in TaskPace}
# Tips are taken in, rung and sent by these; without the desk they are, and nobody reads them.
ESSENTIAL_PROCESSES = ("public", "edge", *WORKER_SIGNS.values(), "sender")
_TASK = "task."
_CLOCK = "clock"


def signs_folder() -> Path:
    """Where the signs lie: below `run`, which no backup needs."""
    return data_folder() / "run" / "alive"


class Heartbeat:
    """One process, or one lane of it; called by what works, as often as it likes."""

    def __init__(self, name: str, *, content: str = "") -> None:
        self._name = name
        self._content = content
        self._next = 0.0

    def beat(self) -> None:
        """Say that the work goes on."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + BEAT_EVERY
        with suppress(OSError):
            _touch(self._name, self._content)

    def end(self) -> None:
        """At an end in order, when nobody need miss it."""
        with suppress(OSError):
            (signs_folder() / self._name).unlink(missing_ok=True)


@dataclass(frozen=True)
class TaskSign:
    """When a task of the worker last came through, and how often it should."""

    name: str
    pace: str
    every: float
    age: float

    @property
    def is_alarm(self) -> bool:
        return self.pace == "alarm"

    @property
    def is_late(self) -> bool:
        if self.is_alarm:
            return self.age > ALARM_LATE_AFTER
        # A slow one may work for long, and others of its pace go before a normal one.
        return self.age > self.every + (3600.0 if self.pace == TaskPace.SLOW else 600.0)


def task_heartbeat(name: str, *, pace: str, every: float) -> Heartbeat:
    """For a task: a beat each time it came through."""
    content = json.dumps({"name": name, "pace": pace, "every": every})
    return Heartbeat(f"{_TASK}{name.replace(' ', '-').replace('/', '-')}", content=content)


def expect_signs(names: Iterable[str]) -> None:
    """From now on each of these is missed when it gives no sign; who has given one keeps it."""
    for name in names:
        with suppress(OSError):
            if not (signs_folder() / name).exists():
                _touch(name, "")


def forget_signs() -> None:
    """Nothing runs here any more, or not yet."""
    with suppress(OSError):
        for file in signs_folder().iterdir():
            file.unlink(missing_ok=True)


def forget_worker_signs(paces: Iterable[TaskPace]) -> None:
    """What an earlier worker of these had for tasks and lanes, this one need not have."""
    own = set(paces)
    lanes = tuple(f"{WORKER_SIGNS[pace]}." for pace in own)
    for file, _age in _signs():
        with suppress(OSError, ValueError, KeyError):
            is_task_of_own = (
                file.name.startswith(_TASK) and json.loads(file.read_text())["pace"] in own
            )
            if is_task_of_own or file.name.startswith(lanes):
                file.unlink(missing_ok=True)


def sign_ages() -> dict[str, float]:
    """Seconds since the last sign of each process and lane; who never gave one is not there."""
    return {file.name: age for file, age in _signs() if not file.name.startswith((_TASK, _CLOCK))}


def task_signs() -> list[TaskSign]:
    """Those of the worker that runs here, the latest last."""
    found = []
    for file, age in _signs():
        if file.name.startswith(_TASK):
            with suppress(OSError, ValueError, TypeError):
                found.append(TaskSign(**json.loads(file.read_text()), age=age))
    return sorted(found, key=lambda task: task.age)


def silent_processes(names: tuple[str, ...] = ESSENTIAL_PROCESSES) -> list[str]:
    """Which of these are expected, and have given no sign for too long."""
    known = sign_ages()
    return [name for name in names if known.get(name, 0.0) > PROCESS_SILENT_AFTER]


def alarm_tasks_are_on_time() -> bool:
    """Whether all that a call for help hangs on came through of late."""
    return not any(task.is_alarm and task.is_late for task in task_signs())


def note_clock() -> None:
    """Remember how the clock stood to the time since the machine started."""
    with suppress(OSError):
        _touch(_CLOCK, repr(_clock_offset()))


def clock_was_set_by() -> float | None:
    """By how many seconds the clock was set since `note_clock`; None where nobody noted it."""
    try:
        return _clock_offset() - float((signs_folder() / _CLOCK).read_text())
    except (OSError, ValueError):
        return None


def boot_clock() -> float:
    """Seconds by a clock that nobody sets, and that runs while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _clock_offset() -> float:
    return time.time() - boot_clock()


def _signs() -> list[tuple[Path, float]]:
    now = time.time()
    found = []
    with suppress(OSError):
        for file in signs_folder().iterdir():
            with suppress(OSError):
                # In the future after a clock was set back: as old as it is ahead.
                found.append((file, abs(now - file.stat().st_mtime)))
    return found


def _touch(name: str, content: str) -> None:
    path = signs_folder() / name
    try:
        os.utime(path)
    except FileNotFoundError:
        make_private_folder(path.parent)
        # The supervisor may be root: what it makes here, the process has to touch.
        descriptor = private_opener(str(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
