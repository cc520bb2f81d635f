"""Tries that were refused: a line in the log, and how many there were in the last day.

A line says what was tried and as which role: never who tried it, about which row, or from where.
Of one kind one line a minute is written, which counts those before it, so that nobody fills a disk
by trying; and kinds are of closed lists, so there are few. The counts lie beside the signs of life,
where `keng doctor` finds them: at least so many, since what came in the last second before a
process ended is not among them. Nothing here raises: whoever was refused was refused.
"""

import json
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder, private_opener

logger = logging.getLogger(__name__)
COUNTED_HOURS = 24
LINE_EVERY = 60.0
_WRITTEN_EVERY = 1.0
_MOST_KINDS = 2000
_HOUR = 3600


class RefusedTry(StrEnum):
    """Why it was refused, in the words of the line."""

    NO_RIGHT = "no right"
    NOT_SEEN = "not there or not theirs"
    FORGED_FORM = "form without its token"
    UNVERIFIED = "unverified webhook"
    TOO_OFTEN = "too often"
    BODY = "body not taken"
    BROKEN = "broken request"


class RefusedTries:
    """What one process refuses."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Of each kind when its last line was written, and how many came since.
        self._lines: dict[tuple[str, str, str], tuple[float, int]] = {}
        self._by_hour: dict[int, Counter[str]] | None = None
        self._written_at = 0.0

    def note(self, why: RefusedTry, what: str, role: str) -> None:
        """Count one, and write a line unless one of this kind was written just now."""
        with self._lock:
            now = self._clock()
            self._write_line((why.value, what, role), now)
            self._count(why, now)

    def _write_line(self, kind: tuple[str, str, str], now: float) -> None:
        at, since = self._lines.get(kind, (-LINE_EVERY, 0))
        if abs(now - at) < LINE_EVERY:
            self._lines[kind] = (at, since + 1)
            return
        if len(self._lines) >= _MOST_KINDS:
            self._lines.clear()
        self._lines[kind] = (now, 0)
        why, what, role = kind
        logger.warning(
            "Refused (%s): %s%s%s",
            why,
            what,
            f", as {role}" if role else "",
            f"; {since} more since the line before" if since else "",
        )

    def _count(self, why: RefusedTry, now: float) -> None:
        hour = int(now // _HOUR)
        if self._by_hour is None:
            self._by_hour = _counts_in(_file_of_this_process())
        self._by_hour.setdefault(hour, Counter())[why] += 1
        for old in [each for each in self._by_hour if not _is_of_last_day(each, now)]:
            del self._by_hour[old]
        if abs(now - self._written_at) >= _WRITTEN_EVERY:
            self._written_at = now
            with suppress(OSError):
                _write(_file_of_this_process(), self._by_hour)


_of_this_process = RefusedTries()


def note_refused_try(why: RefusedTry, what: str, *, role: str = "") -> None:
    """`what` is a name of the code: of an act, a page, a channel, a limit."""
    _of_this_process.note(why, what, role)


def refused_in_last_day() -> Counter[str]:
    """How many each process has counted, by why."""
    now = time.time()
    found: Counter[str] = Counter()
    with suppress(OSError):
        for file in _folder().iterdir():
            for hour, counts in _counts_in(file).items():
                if _is_of_last_day(hour, now):
                    found += counts
    return found


def _is_of_last_day(hour: int, now: float) -> bool:
    return abs(int(now // _HOUR) - hour) < COUNTED_HOURS


def _folder() -> Path:
    return data_folder() / "run" / "refused"


def _file_of_this_process() -> Path:
    return _folder() / os.environ.get("KENG_PROCESS", "owner")


def _counts_in(file: Path) -> dict[int, Counter[str]]:
    with suppress(OSError, ValueError, TypeError, AttributeError):
        read = json.loads(file.read_text())
        return {int(hour): Counter(counts) for hour, counts in read.items()}
    return {}


def _write(file: Path, by_hour: dict[int, Counter[str]]) -> None:
    make_private_folder(file.parent)
    # In one piece: whoever reads it meanwhile reads the one before.
    new = file.with_suffix(".new")
    with open(new, "w", opener=private_opener) as out:
        json.dump(by_hour, out)
    new.replace(file)
