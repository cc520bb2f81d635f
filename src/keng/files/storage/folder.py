"""Files below the data folder: written, flushed, and renamed into place."""

import os
from collections.abc import Iterator
from pathlib import Path

from keng.files.storage.base import StoredFile
from keng.kit.durable_files import sync_folder
from keng.kit.private_files import create_private

_DRAFT = ".new"


class FolderStorage:
    """What `FileStorage` asks for, over one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        path = self._folder / name
        draft = path.with_suffix(_DRAFT)
        # One that a killed process left.
        draft.unlink(missing_ok=True)
        with os.fdopen(create_private(draft), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        # Who moves files removes the other one next.
        sync_folder(path.parent)

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def read_head(self, name: str, size: int) -> bytes:
        with (self._folder / name).open("rb") as file:
            return file.read(size)

    def size(self, name: str) -> int | None:
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        path = self._folder / name
        path.with_suffix(_DRAFT).unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def listed(self, folder: str) -> Iterator[StoredFile]:
        return (file for file in self._all_in(folder) if not file.name.endswith(_DRAFT))

    def drafts(self, folder: str) -> Iterator[StoredFile]:
        """What is being written, or was left by a killed process."""
        return (file for file in self._all_in(folder) if file.name.endswith(_DRAFT))

    def _all_in(self, folder: str) -> Iterator[StoredFile]:
        path = self._folder / folder
        if not path.is_dir():
            return
        with os.scandir(path) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                    is_file = entry.is_file(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if is_file:
                    yield StoredFile(f"{folder}/{entry.name}", status.st_size, status.st_mtime)
