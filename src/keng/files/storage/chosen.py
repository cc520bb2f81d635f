"""Which place files are kept in, by the settings; and both, while files are moved from one.

Without KENG_FILES_URL it is the data folder alone. With it there are two: new files go to the one
that KENG_FILES_TO names, the store by default, and whatever is asked for is found in either.
"""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

from keng.files.storage.base import FileStorage, StoredFile
from keng.files.storage.bucket_mark import BucketWatch
from keng.files.storage.folder import FolderStorage
from keng.kit.advisory_locks import TurnLock
from keng.kit.database import data_folder, this_process

if TYPE_CHECKING:
    from keng.files.storage.s3 import S3Storage

ORIGINALS_FOLDER = "files/originals"
STORED_FOLDERS = (ORIGINALS_FOLDER, "files/viewing", "files/waiting")
_DEFAULT_REGION = "us-east-1"
_BUCKET_WATCH = BucketWatch()


class TwoStorages:
    """What is kept goes to one of them; the other has what has not been moved yet."""

    def __init__(self, chosen: FileStorage, other: FileStorage) -> None:
        self.chosen = chosen
        self.other = other

    def put(self, name: str, content: bytes) -> None:
        """What is new is in one place alone; what replaces a file takes `stored_file_lock`."""
        self.chosen.put(name, content)

    def read(self, name: str) -> bytes:
        return self._first_that_has(lambda place: place.read(name))

    def read_head(self, name: str, size: int) -> bytes:
        return self._first_that_has(lambda place: place.read_head(name, size))

    def _first_that_has(self, read: Callable[[FileStorage], bytes]) -> bytes:
        # What is moved in between is in the first when it is no longer in the second.
        for place in (self.chosen, self.other):
            try:
                return read(place)
            except FileNotFoundError:
                continue
        return read(self.chosen)

    def size(self, name: str) -> int | None:
        for place in (self.chosen, self.other, self.chosen):
            found = place.size(name)
            if found is not None:
                return found
        return None

    def delete(self, name: str) -> None:
        with stored_file_lock(name):
            # Both, also where the first is gone: a killed move leaves two.
            self.chosen.delete(name)
            self.other.delete(name)

    def listed(self, folder: str) -> Iterator[StoredFile]:
        """Twice what is in both, as it is in the chosen one last."""
        # In this order nothing that is moved meanwhile is missed.
        yield from self.other.listed(folder)
        yield from self.chosen.listed(folder)


def file_storage() -> FileStorage:
    """Where files are kept, as the settings say."""
    folder, store = folder_storage(), s3_storage()
    if store is None:
        return folder
    return TwoStorages(folder, store) if is_folder_chosen() else TwoStorages(store, folder)


def folder_storage() -> FolderStorage:
    """The data folder."""
    return FolderStorage(data_folder())


def s3_storage() -> "S3Storage | None":
    """The store, where there is one. Raises StorageAway where it is another installation's.

    Commands of the owner ask for that themselves, and one of them takes a bucket over.
    """
    store = store_of_settings()
    if store is not None and this_process() != "owner":
        _BUCKET_WATCH.require_own(store)
    return store


def store_of_settings() -> "S3Storage | None":
    """The store that the settings name, whoever's it is."""
    url = os.environ.get("KENG_FILES_URL", "")
    if not url:
        return None
    return _s3_storage(
        url,
        os.environ.get("KENG_FILES_KEY", ""),
        os.environ.get("KENG_FILES_SECRET", ""),
        os.environ.get("KENG_FILES_REGION") or _DEFAULT_REGION,
    )


def is_folder_chosen() -> bool:
    """Whether new files go to the data folder."""
    return not os.environ.get("KENG_FILES_URL") or os.environ.get("KENG_FILES_TO") == "folder"


def replace_stored(name: str, content: bytes) -> None:
    """Put it in the place of a file, wherever that is; nothing where it is gone."""
    storage = file_storage()
    with stored_file_lock(name):
        if storage.size(name) is None:
            return
        storage.put(name, content)
        if isinstance(storage, TwoStorages):
            storage.other.delete(name)


@contextmanager
def stored_file_lock(name: str) -> Iterator[None]:
    """No other process moves, replaces or destroys this file meanwhile; only with two places.

    Without it a file that is destroyed while it is moved would come back.
    """
    if s3_storage() is None:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [TurnLock.STORED_FILES, name]
        )
        yield


@functools.lru_cache(maxsize=2)
def _s3_storage(url: str, key: str, secret: str, region: str) -> "S3Storage":
    # Half a second, and only where there is a store.
    from keng.files.storage.s3 import S3Address, S3Storage  # noqa: PLC0415

    return S3Storage(S3Address.from_url(url), key=key, secret=secret, region=region)
