"""Room for files: of the folder they wait in, of the disk under it, and for one network.

A network has a part of the folder, and so many bytes a day: what was sent has left the folder.

Words need no room that anybody could take up, and are taken also when there is none for files.
Which network sent what is in this process's memory only, under a hash whose key dies with it.

What this process writes and removes is counted as it happens. What other processes did is seen by
a look at the folder now and then, in a thread of its own: no request waits for it.
"""

import hashlib
import math
import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings

from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder

UPLOADS_FOLDER = "uploads"
# An empty file needs something of the disk, too.
LEAST_FILE_BYTES = 4096
# A network may have so much of what all have: ten that fill it up do not know each other.
_PART = 10
# And so many files, or tiny ones would make every look at the folder long.
_MOST_FILES_OF_NETWORK = 500
# Of more networks the first is forgotten.
_MOST_NETWORKS = 20_000
_DAY_SECONDS = 86_400.0
_LOOKS_AGAIN_AFTER = 10.0
# A look takes so small a part of the time, however many files there are.
_TIMES_AS_LONG_BETWEEN = 50
_ASKS_THE_DISK_AFTER = 1.0
# A file is counted before it is made: one that is missing so shortly after is not gone.
_IS_MADE_WITHIN = 5.0


class NoRoom(Enum):
    """Why a file was not kept."""

    FULL = "full"
    """The folder has what it may have, or the disk has no more than must stay free."""
    NETWORK = "network"
    """This network has what one network may have."""
    DAY = "day"
    """This network has sent what one network may send in a day."""
    MANY = "many"
    """The form takes fewer at once."""


@dataclass
class _Held:
    """What one network has here."""

    files: int = 0
    size: int = 0


@dataclass
class _File:
    """One file that this process counted."""

    network: bytes
    counted_at: float
    size: int = 0


class UploadRoom:
    """Counts what is being written and removed, and looks now and then at what lies there."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self.forget()

    @property
    def lying(self) -> int:
        """How many bytes lie in the folder, as far as this process knows."""
        return self._own_size + self._size_of_others

    def forget(self) -> None:
        """Know of no network (for tests)."""
        with self._lock:
            self._key = os.urandom(32)
            self._held: dict[bytes, _Held] = {}
            self._files: dict[str, _File] = {}
            # What came from each today, whatever became of it.
            self._came_today: dict[bytes, int] = {}
            self._day_began = self._clock()
            self._own_size = 0
            self._size_of_others = 0
            self._free = 0
            self._asked_disk_at = -math.inf
            self._looks_again_at = -math.inf
            # What was given back while a look was going on; None when none is.
            self._given_back: set[str] | None = None

    def reserve_room(self, network: str, path: str, size: int) -> NoRoom | None:
        """Count so many bytes more of a file; or why there is no room for them."""
        known = hashlib.blake2b(network.encode(), key=self._key, digest_size=16).digest()
        with self._lock:
            now = self._clock()
            if now - self._day_began >= _DAY_SECONDS:
                self._came_today, self._day_began = {}, now
            self._ask_disk(now)
            is_due = self._given_back is None and now >= self._looks_again_at
            if is_due:
                self._given_back = set()
            reason = self._in_the_way(known, path, size)
            if reason is None:
                self._count(known, path, size, now)
        if is_due:
            folder = data_folder() / UPLOADS_FOLDER
            threading.Thread(target=self._look, args=(folder,), daemon=True).start()
        return reason

    def give_back(self, path: str, *, is_whole: bool = True) -> None:
        """A file is gone; one that never came whole does not count for the day either."""
        with self._lock:
            if not is_whole and (file := self._files.get(path)) is not None:
                came = self._came_today.get(file.network, 0)
                self._came_today[file.network] = max(0, came - file.size)
            if self._given_back is not None:
                self._given_back.add(path)
            self._uncount(path)

    def look(self) -> None:
        """Look at the folder now, and wait for it (for tests)."""
        with self._lock:
            self._given_back = set()
        self._look(data_folder() / UPLOADS_FOLDER)

    def _in_the_way(self, known: bytes, path: str, size: int) -> NoRoom | None:
        most = settings.UPLOADS_BYTES
        if self.lying + size > most or self._free - size < settings.DISK_FLOOR_BYTES:
            return NoRoom.FULL
        held = self._held.get(known, _Held())
        is_one_too_many = path not in self._files and held.files >= _MOST_FILES_OF_NETWORK
        if is_one_too_many or held.size + size > most // _PART:
            return NoRoom.NETWORK
        most_today = settings.NETWORK_DAY_BYTES
        if most_today and self._came_today.get(known, 0) + size > most_today:
            return NoRoom.DAY
        return None

    def _count(self, known: bytes, path: str, size: int, now: float) -> None:
        held = self._held.setdefault(known, _Held())
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = _File(known, now)
            held.files += 1
        file.size += size
        held.size += size
        self._own_size += size
        self._free -= size
        if known not in self._came_today and len(self._came_today) >= _MOST_NETWORKS:
            del self._came_today[next(iter(self._came_today))]
        self._came_today[known] = self._came_today.get(known, 0) + size

    def _uncount(self, path: str) -> None:
        file = self._files.pop(path, None)
        if file is None:
            return
        held = self._held[file.network]
        held.files -= 1
        held.size -= file.size
        if not held.files:
            del self._held[file.network]
        self._own_size -= file.size
        self._free += file.size

    def _ask_disk(self, now: float) -> None:
        if now - self._asked_disk_at < _ASKS_THE_DISK_AFTER:
            return
        folder = data_folder() / UPLOADS_FOLDER
        make_private_folder(folder)
        self._free = shutil.disk_usage(folder).free
        self._asked_disk_at = now

    def _look(self, folder: Path) -> None:
        """Count others' files anew, and drop our own that are gone.

        It holds the lock for moments only: whoever takes a piece of a file waits for that.
        """
        began = self._clock()
        with self._lock:
            key, given_back = self._key, self._given_back or set()
            before = list(self._files.items())
        try:
            sizes = _sizes(folder)
            own = self._files
            others = sum(
                size for path, size in sizes.items() if path not in own and path not in given_back
            )
            until = began - _IS_MADE_WITHIN
            gone = [path for path, file in before if file.counted_at < until and path not in sizes]
            with self._lock:
                if self._key == key:
                    self._size_of_others = others
            for path in gone:
                self.give_back(path)
        finally:
            ended = self._clock()
            with self._lock:
                self._given_back = None
                pause = max(_LOOKS_AGAIN_AFTER, (ended - began) * _TIMES_AS_LONG_BETWEEN)
                self._looks_again_at = ended + pause


upload_room = UploadRoom()
"""What this process counts."""


def _sizes(folder: Path) -> dict[str, int]:
    found = {}
    with suppress(FileNotFoundError), os.scandir(folder) as files:
        for file in files:
            with suppress(FileNotFoundError):
                size = file.stat().st_size
                found[f"{UPLOADS_FOLDER}/{file.name}"] = max(size, LEAST_FILE_BYTES)
    return found
