"""Whose bucket it is: one object in it is the mark of an installation, so that no two share it.

Two would destroy each other's files. The mark is of the database on its server: a copy that was
restored beside the original has the same rows and keys, and another server. A standby that is
promoted is the same one; a copy of the whole machine cannot be told apart.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection

from keng.files.storage.base import FileStorage
from keng.kit.storage_away import StorageAway

MARK_NAME = "installation"
INSTALLATION_QUERY = (
    "SELECT system_identifier,"
    " (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()"
)
_MARK_BYTES = 64
# A process that runs learns within this that another installation took the bucket over.
_ASKED_EVERY = 60.0


class AnothersBucket(Exception):
    """Its mark is of another installation."""


def mark_of_row(row: tuple[Any, ...]) -> bytes:
    """The mark of the database that answered INSTALLATION_QUERY so; it opens nothing."""
    told = "/".join(str(each) for each in row)
    digest = hashlib.blake2b(told.encode(), digest_size=_MARK_BYTES // 2, person=b"keng-bucket")
    return digest.hexdigest().encode()


def own_mark() -> bytes:
    """That of the database which this process works on."""
    return _mark_on(str(connection.settings_dict["NAME"]))


@cache
def _mark_on(name: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(INSTALLATION_QUERY)
        return mark_of_row(cursor.fetchone())


def mark_in(store: FileStorage) -> bytes | None:
    """None where nobody has claimed it. Raises StorageAway."""
    try:
        return store.read_head(MARK_NAME, _MARK_BYTES)
    except FileNotFoundError:
        return None


def claim_bucket(store: FileStorage) -> None:
    """Mark it as ours unless it is marked. Raises AnothersBucket."""
    if mark_in(store) is None:
        store.put(MARK_NAME, own_mark())
    # Of two that come at once the last one's stays.
    if mark_in(store) != own_mark():
        raise AnothersBucket


def take_bucket_over(store: FileStorage) -> None:
    """Whoever had it keeps nothing in it from now on: a person says so, or a restore."""
    store.put(MARK_NAME, own_mark())


class BucketWatch:
    """Of one process: whether the bucket is still ours, asked now and then."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known_until = 0.0

    def require_own(self, store: FileStorage) -> None:
        """Raises StorageAway where the mark is another's: as if there were no store.

        So words are taken, files refused, and nothing there is destroyed. One without a mark was
        used before there were marks, and the next start claims it.
        """
        with self._lock:
            if self._clock() < self._known_until:
                return
        if mark_in(store) not in {None, own_mark()}:
            raise StorageAway("AnotherInstallation")
        with self._lock:
            self._known_until = self._clock() + _ASKED_EVERY
