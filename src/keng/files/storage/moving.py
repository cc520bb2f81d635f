"""Moving files from one place to the other, while everything runs; killed anywhere, it goes on.

A file is copied, read again and compared, and only then removed where it was: at each moment it is
whole in at least one place, and whoever asks for it looks in both.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from keng.files.storage.base import FileStorage
from keng.files.storage.chosen import STORED_FOLDERS, TwoStorages, alone_with


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
            with alone_with(file.name):
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
    if target.size(name) is None:
        target.put(name, content)
        if hashlib.sha256(target.read(name)).digest() != hashlib.sha256(content).digest():
            target.delete(name)
            raise NotMoved(name)
    # What is there already a killed move has put there, or a resealing, whose content is the newer.
    source.delete(name)
    return True
