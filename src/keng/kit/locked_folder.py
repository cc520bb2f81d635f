"""A folder that one process at a time writes: whoever ends, however, leaves it to the next."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keng.kit.private_files import make_private_folder, private_opener


class FolderInUse(Exception):
    """Another process writes it."""


@contextmanager
def only_writer_of(folder: Path) -> Iterator[None]:
    """Make the folder, if need be, and be its writer. Raises FolderInUse."""
    make_private_folder(folder)
    with open(folder / "lock", "ab", opener=private_opener) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(folder) from None
        yield
