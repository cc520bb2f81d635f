"""Moving files from one place to the other, while everything runs; killed anywhere, it goes on.

A file is copied, read again and compared, and only then removed where it was: at each moment it is
whole in at least one place, and whoever asks for it looks in both.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keng.files.storage.base import FileStorage
from keng.files.storage.chosen import (
    ORIGINALS_FOLDER,
    STORED_FOLDERS,
    TwoStorages,
    stored_file_lock,
)
from keng.vault.hybrid import key_id_of


class NotMoved(Exception):
    """What was written is not what was read; the file stays where it was."""


@dataclass
class MovedFiles:
    """How many files, and of how many bytes."""

    files: int = 0
    size: int = 0


def move_files(storage: TwoStorages, *, tell: Callable[[MovedFiles], None]) -> MovedFiles:
    """Everything to the chosen place. Raises NotMoved, StorageAway."""
    moved = MovedFiles()
    for folder in STORED_FOLDERS:
        for file in storage.other.listed(folder):
            with stored_file_lock(file.name):
                is_moved = _move(file.name, storage.other, storage.chosen)
            if is_moved:
                moved.files += 1
                moved.size += file.size
                tell(moved)
    return moved


def left_to_move(storage: TwoStorages) -> int:
    """How many files are still in the other place."""
    return sum(1 for folder in STORED_FOLDERS for _ in storage.other.listed(folder))


def _move(name: str, source: FileStorage, target: FileStorage) -> bool:
    try:
        content = source.read(name)
    except FileNotFoundError:
        # Destroyed meanwhile.
        return False
    there = _content_there(target, name)
    if there != content and not _is_sealed_later(name, there, content):
        target.put(name, content)
        if target.read(name) != content:
            target.delete(name)
            raise NotMoved(name)
    source.delete(name)
    return True


def _content_there(place: FileStorage, name: str) -> bytes | None:
    try:
        return place.read(name)
    except FileNotFoundError:
        return None


def _is_sealed_later(name: str, there: bytes | None, content: bytes) -> bool:
    """Whether it is the same original sealed anew, to a key that was made after the other one.

    Anything else that differs is what a try before this one did not put there whole.
    """
    if there is None or not name.startswith(f"{ORIGINALS_FOLDER}/"):
        return False
    later, sooner = key_id_of(there), key_id_of(content)
    return later is not None and sooner is not None and later.int > sooner.int
