"""Copies of originals for the opener, which knows no network and no store.

They lie in a folder of their own, as sealed as they are in the store, while somebody asks it. No
process but the opener reads them, so what is moved, swept or destroyed never takes one for a file.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from keng.files.storage.chosen import file_storage, s3_storage
from keng.kit.database import data_folder
from keng.kit.durable_files import replace_file
from keng.kit.private_files import make_private_folder

_FOLDER = "files/opening"


@contextmanager
def copied_for_opener(names: Iterable[str]) -> Iterator[None]:
    """Where there is a store, copies of these lie there meanwhile. Raises StorageAway."""
    if s3_storage() is None:
        yield
        return
    with _folder_in_use():
        for name in names:
            with suppress(FileNotFoundError):
                replace_file(_copy_of(name), file_storage().read(name))
        yield


def remove_copy(name: str) -> None:
    """What was sealed anew is not opened any more as it was before."""
    _copy_of(name).unlink(missing_ok=True)


def remove_left_copies() -> None:
    """All of them, unless somebody asks just now: also what a killed process left."""
    try:
        folder = os.open(data_folder() / _FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # The last of those who ask removes them.
        return
    else:
        for path in (data_folder() / _FOLDER).iterdir():
            path.unlink(missing_ok=True)
    finally:
        os.close(folder)


@contextmanager
def _folder_in_use() -> Iterator[None]:
    make_private_folder(data_folder() / _FOLDER)
    folder = os.open(data_folder() / _FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # For as long as it is open; killed, too.
        fcntl.flock(folder, fcntl.LOCK_SH)
        yield
    finally:
        os.close(folder)
        remove_left_copies()


def _copy_of(name: str) -> Path:
    return data_folder() / _FOLDER / Path(name).name
