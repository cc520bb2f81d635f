"""What is inside the frames: a tar archive, whose last member is a manifest of all before it.

So any tar opens it once it is decrypted: `database/…`, put together, is what pg_dump wrote, and
`data/…` is the data folder.
"""

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from keng.runtime.backup.sealed_stream import DamagedBackup, FrameReader, FrameWriter
from keng.runtime.errors import CannotContinue

FACTS = "backup.json"
MANIFEST = "manifest.json"
DATABASE = "database/"
DATA = "data/"
# Held in memory: the size of a member stands before it, and pg_dump does not know it.
PART_SIZE = 8 * 1024 * 1024
_LONGEST_MANIFEST = 512 * 1024 * 1024
_LONGEST_FACTS = 64 * 1024

Manifest = dict[str, list[object]]
"""Of each member its size and its SHA-256."""


class _Reads(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Hashing:
    """Passes on what is read, no more than so much, and what it hashes to."""

    def __init__(self, source: _Reads, size: int | None = None) -> None:
        self._source = source
        self._left = size
        self.size = 0
        self._digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        if self._left is not None:
            size = self._left if size < 0 else min(size, self._left)
        content = self._source.read(size)
        if self._left is not None:
            self._left -= len(content)
        self.size += len(content)
        self._digest.update(content)
        return content

    @property
    def entry(self) -> list[object]:
        return [self.size, self._digest.hexdigest()]


class ArchiveWriter:
    """Adds members, and remembers them for the manifest."""

    def __init__(self, frames: FrameWriter) -> None:
        self._frames = frames
        self._tar = tarfile.open(  # type: ignore[call-overload]  # noqa: SIM115 -- until `close`
            fileobj=frames, mode="w|", format=tarfile.PAX_FORMAT
        )
        self.manifest: Manifest = {}

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, path: Path) -> bool:
        """Whether it was still there. What grows meanwhile is saved as far as it was long."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        with os.fdopen(descriptor, "rb") as file:
            try:
                self._add(name, file, os.fstat(descriptor).st_size)
            except OSError as error:
                raise CannotContinue(f"{path} could not be saved whole ({error}).") from error
        return True

    def close(self) -> None:
        self.add_bytes(MANIFEST, json.dumps(self.manifest).encode())
        self._tar.close()
        self._frames.close()

    def _add(self, name: str, source: "IO[bytes]", size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(time.time())
        hashing = _Hashing(source, size)
        self._tar.addfile(member, hashing)
        if name != MANIFEST:
            self.manifest[name] = hashing.entry


@dataclass
class ArchiveMember:
    """One, to be read before the next is asked for."""

    name: str
    content: _Hashing


class ArchiveReader:
    """Reads members in their order, and compares all of them with the manifest at the end."""

    def __init__(self, frames: FrameReader) -> None:
        self._frames = frames
        self.found: Manifest = {}

    def members(self) -> Iterator[ArchiveMember]:
        """Raises DamagedBackup, at the latest after the last one."""
        manifest: Manifest | None = None
        try:
            with tarfile.open(fileobj=self._frames, mode="r|") as tar:  # type: ignore[call-overload]
                for each in tar:
                    file = tar.extractfile(each)
                    if not each.isreg() or file is None or manifest is not None:
                        raise DamagedBackup("The backup holds what no backup holds.")
                    if each.name == MANIFEST:
                        manifest = json.loads(file.read(_LONGEST_MANIFEST))
                        continue
                    content = _Hashing(file)
                    yield ArchiveMember(each.name, content)
                    while content.read(PART_SIZE):
                        pass
                    self.found[each.name] = content.entry
        except (tarfile.TarError, ValueError) as error:
            raise DamagedBackup("The backup is damaged: it is no whole archive.") from error
        self._frames.require_end()
        if manifest is None or manifest != self.found:
            raise DamagedBackup("The backup is not what its own list says.")


def read_facts(member: ArchiveMember) -> dict[str, object]:
    """What a backup says of itself: its first member."""
    if member.name != FACTS:
        raise DamagedBackup("The backup does not begin with what it says of itself.")
    facts = json.loads(member.content.read(_LONGEST_FACTS))
    if not isinstance(facts, dict):
        raise DamagedBackup("The backup does not say what it is.")
    return facts
