"""Room for files: of the folder they wait in, of the disk under it, and for one network.

Words need no room that anybody could take up, and are taken also when there is none for files.
Which network sent what is in this process's memory only, under a hash whose key dies with it.
"""

import hashlib
import math
import os
import shutil
import threading
import time
from enum import Enum
from pathlib import Path

from django.conf import settings

from keng.kit.database import data_folder

FOLDER = "uploads"
# A network may have so much of what all have: ten that fill it up do not know each other.
_PART = 10
_LOOKS_AGAIN_AFTER = 1.0


class NoRoom(Enum):
    """Why a file was not kept."""

    FULL = "full"
    """The folder has what it may have, or the disk has no more than must stay free."""
    NETWORK = "network"
    """This network has what one network may have."""


class Room:
    """Counts what is being written, and looks at what lies there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    @property
    def networks(self) -> int:
        """How many have files here."""
        return len(self._files)

    def forget(self) -> None:
        """Know of no network (for tests)."""
        self._key = os.urandom(32)
        self._files: dict[bytes, dict[str, int]] = {}
        self._lying = 0
        self._free = 0
        self._looked_at = -math.inf

    def take(self, network: str, path: str, size: int) -> NoRoom | None:
        """Count so many bytes more of a file; or why there is no room for them."""
        known = hashlib.blake2b(network.encode(), key=self._key, digest_size=16).digest()
        with self._lock:
            if time.monotonic() - self._looked_at > _LOOKS_AGAIN_AFTER:
                self._look()
            if self._in_the_way(known, size):
                # Meanwhile something may have been removed.
                self._look()
                if reason := self._in_the_way(known, size):
                    return reason
            own = self._files.setdefault(known, {})
            own[path] = own.get(path, 0) + size
            self._lying += size
            self._free -= size
            return None

    def _in_the_way(self, known: bytes, size: int) -> NoRoom | None:
        most = settings.UPLOADS_BYTES
        if self._lying + size > most or self._free - size < settings.DISK_FLOOR_BYTES:
            return NoRoom.FULL
        if sum(self._files.get(known, {}).values()) + size > most // _PART:
            return NoRoom.NETWORK
        return None

    def _look(self) -> None:
        folder = data_folder() / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lying = _sizes(folder)
        self._lying = sum(lying.values())
        self._free = shutil.disk_usage(folder).free
        self._looked_at = time.monotonic()
        still = (
            (known, {path: size for path, size in own.items() if path in lying})
            for known, own in self._files.items()
        )
        self._files = {known: own for known, own in still if own}


room = Room()
"""What this process counts."""


def _sizes(folder: Path) -> dict[str, int]:
    found = {}
    for file in folder.iterdir():
        try:
            found[f"{FOLDER}/{file.name}"] = file.stat().st_size
        except FileNotFoundError:
            continue
    return found
