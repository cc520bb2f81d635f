"""The list of what was destroyed, stopped or replaced since a backup was made, kept apart from it.

A restore brings back what was destroyed after the backup; with this list it is destroyed again. The
worker writes it from the rows that say so, and not the acts themselves: what was committed and not
yet listed when somebody pulled the plug is listed by the next run, and nothing is listed that was
rolled back. A line is a kind and a keyed hash of an id: without the site's key it says nothing, and
a restore, which has that key, finds the rows it means.
"""

import datetime
import fcntl
import logging
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from keng.kit import times
from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder, private_opener
from keng.kit.secrets import keyed_hash
from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.runtime.backup.destroyed_kinds import destroyed_kinds

LISTED_EVERY = datetime.timedelta(minutes=2)
# What is looked through where nothing was listed yet, and again each time: a transaction commits
# later than the moment that its row bears.
_FIRST_LOOK = datetime.timedelta(days=30)
_LOOKS_BACK = datetime.timedelta(days=1)
_LONGEST_LINE = 100
_HASH_LETTERS = 32
_UNTIL = "until"
log = logging.getLogger(__name__)


def list_destroyed() -> int:
    """Write down what is not in the list yet; a task of the worker. 0: nothing is left to do."""
    folder = destroyed_folder()
    make_private_folder(folder)
    now = times.now()
    with open(folder / "lock", "ab", opener=private_opener) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        since = min(now - _LOOKS_BACK, (_last_listed() or now - _FIRST_LOOK) - _LOOKS_BACK)
        # Of these days alone: whose sign-in was replaced before may get another new one, and the
        # file of the first time goes with the backups of its days.
        known = set(listed_lines([folder], since=since))
        kinds = destroyed_kinds()
        found = {_line(kind.name, row) for kind in kinds for row in kind.done_since(since)}
        new = sorted(found - known)
        _append(folder / f"destroyed-{now:%Y%m%d}.list", new)
        _say_until(folder, now)
    return 0


LIST_DESTROYED = WorkerTask(
    "list what was destroyed", list_destroyed, every=LISTED_EVERY, pace=TaskPace.SLOW
)


def destroyed_folder() -> Path:
    """Where the list lies, a file for each day; to be copied elsewhere as backups are."""
    return data_folder() / "destroyed"


def remove_old_lists(before: datetime.datetime) -> None:
    """Those of days from which no backup is left."""
    for file in _files(destroyed_folder()):
        if file.name < f"destroyed-{before:%Y%m%d}.list":
            file.unlink(missing_ok=True)


@dataclass
class DoneAgain:
    """What the lists said, in a database that was just restored."""

    done: dict[str, int] = field(default_factory=dict)
    """How many, by the words for it."""
    failed: dict[str, int] = field(default_factory=dict)
    """What could not be done again, by the kind: to be seen to by hand."""


def do_listed_again(
    folders: Iterable[Path], *, made_at: datetime.datetime | None = None
) -> DoneAgain:
    """A row that cannot be changed stops neither the others nor the restore, and is told.

    What was listed well before the backup was made is in it as it was done: whoever got a new
    sign-in or a new code then has it still.
    """
    from keng.dialogue import withdrawal  # noqa: PLC0415 -- needs the settings

    # A line stands in a file up to a day older than what it tells of: `list_destroyed`.
    since = made_at - 2 * _LOOKS_BACK if made_at else None
    lines = set(listed_lines(folders, since=since))
    told = DoneAgain()
    for kind in destroyed_kinds():
        if not any(line.startswith(f"{kind.name} ") for line in lines):
            continue
        for row_id in [each for each in kind.undone() if _line(kind.name, each) in lines]:
            try:
                kind.do_again(row_id)
            except Exception:  # whatever it is: half a restore would be worse
                log.exception("%s could not be done again", kind.name)
                told.failed[kind.name] = told.failed.get(kind.name, 0) + 1
            else:
                told.done[kind.words] = told.done.get(kind.words, 0) + 1
    # Names, pictures and numbers now, and not when a worker comes to it.
    while withdrawal.destroy_withdrawn():
        pass
    return told


def listed_until(folders: Iterable[Path]) -> datetime.datetime | None:
    """Until when the newest of these lists says all; None where none says so."""
    found = []
    for folder in folders:
        with suppress(OSError, ValueError):
            found.append(datetime.datetime.fromisoformat((folder / _UNTIL).read_text()))
    return max(found, default=None)


def listed_lines(
    folders: Iterable[Path], *, since: datetime.datetime | None = None
) -> Iterator[str]:
    """Whole lines; half a line, which a killed worker left, is written again by the next one.

    With a moment, of the files of that day and later ones.
    """
    first = f"destroyed-{since:%Y%m%d}.list" if since else ""
    files = chain.from_iterable(map(_files, folders))
    for file in (each for each in files if each.name >= first):
        with file.open(errors="replace") as opened:
            while line := opened.readline(_LONGEST_LINE):
                kind, _, hashed = line.rstrip("\n").partition(" ")
                if line.endswith("\n") and kind and len(hashed) == _HASH_LETTERS:
                    yield f"{kind} {hashed}"


def _line(kind: str, row_id: uuid.UUID) -> str:
    return f"{kind} {keyed_hash('destroyed', kind, str(row_id)).hex()[:_HASH_LETTERS]}"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("destroyed-*.list"))


def _last_listed() -> datetime.datetime | None:
    files = _files(destroyed_folder())
    if not files:
        return None
    return datetime.datetime.fromtimestamp(files[-1].stat().st_mtime, datetime.UTC)


def _say_until(folder: Path, now: datetime.datetime) -> None:
    """What was committed a moment before may be missing: it is in the next list."""
    draft = folder / f"{_UNTIL}.new"
    with open(draft, "w", opener=private_opener) as file:
        file.write(now.isoformat(timespec="seconds"))
    draft.replace(folder / _UNTIL)


def _append(file: Path, lines: list[str]) -> None:
    """Also nothing: that the list goes on is told by the time of its file."""
    with open(file, "ab+", opener=private_opener) as opened:
        size = opened.seek(0, os.SEEK_END)
        if size:
            opened.seek(-1, os.SEEK_END)
            if opened.read(1) != b"\n":
                opened.write(b"\n")
        opened.write("".join(f"{line}\n" for line in lines).encode())
        opened.flush()
        os.utime(file)
        os.fsync(opened.fileno())
