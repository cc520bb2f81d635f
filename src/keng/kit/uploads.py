"""Uploads that never touch the disk in clear: each file is encrypted while it arrives.

The key of a file exists only in the object that the view gets. Whoever wants to read the file later
keeps `kept()` in a place of its own that is encrypted too.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.utils.translation import gettext as _
from nacl import bindings
from nacl.exceptions import CryptoError

from keng.kit.database import data_folder
from keng.kit.private_files import create_private
from keng.kit.rate_limits import network_of_scope
from keng.kit.upload_room import LEAST_FILE_BYTES, UPLOADS_FOLDER, NoRoom, upload_room

MOST_FILE_BYTES = 20 * 1024 * 1024
# More files than a form takes are counted, so that the form can say so, but not kept.
MOST_FILES = 8
# Where a request says which files of its form lie sealed already, by the words instead of them:
# IncomingFile or UnkeptFile.
SEALED_UPLOADS = "keng.sealed"
_MARK = "keng_files"
_LONGEST_WORD = 64
_PIECE = 64 * 1024
_HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_TAIL = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class FilesTaken:
    """Which files the form of a view takes."""

    most_bytes: int = MOST_FILE_BYTES
    """Of each; 0: it takes none."""
    most_files: int = MOST_FILES
    only_from: Callable[[Mapping[str, str]], bool] | None = None
    """Asked with the cookies, before anything is kept: whether this browser may send any."""
    are_kept: bool = True
    """Where not, they are counted, so that the form can answer, and none comes to the disk."""

    def from_stranger(self) -> "FilesTaken":
        """The same from a browser that may send none: its words are read, its files are not."""
        return replace(self, are_kept=False)


NO_FILES = FilesTaken(most_bytes=0, most_files=0)


class DamagedUpload(ValueError):
    """The file on disk is not what was written: cut short, changed, or of another key."""


class SealedUpload(UploadedFile):  # type: ignore[type-arg]  # generic for the checker only
    """One uploaded file as the view sees it: name, size, type, and its plain bytes on demand."""

    def __init__(
        self,
        *,
        path: str,
        key: bytes,
        name: str,
        size: int,
        content_type: str,
        most_bytes: int = 0,
        no_room: NoRoom | None = None,
    ) -> None:
        super().__init__(file=None, name=name, size=size, content_type=content_type)
        self.path = path
        self.key = key
        # What the form may still show after one file was refused.
        self.is_too_large = size > (most_bytes or MOST_FILE_BYTES)
        self.no_room = no_room
        self._is_kept = False

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> "SealedUpload":
        """The file that `kept()` described."""
        found = cls(
            path=kept["path"],
            key=urlsafe_b64decode(kept["key"]),
            name=kept["name"],
            size=kept["size"],
            content_type=kept["type"],
        )
        found._is_kept = True
        return found

    def kept(self) -> dict[str, Any]:
        """What finds and opens the file again, which now outlives this request.

        It holds the key: encrypt it.
        """
        self._is_kept = True
        return {
            "path": self.path,
            "key": urlsafe_b64encode(self.key).decode(),
            "name": self.name,
            "size": self.size,
            "type": self.content_type,
        }

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The plain bytes, piece by piece. Raises DamagedUpload."""
        with (data_folder() / self.path).open("rb") as file:
            yield from _opened(file, self.key)

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        """Whether there is more than one piece."""
        return (self.size or 0) > _PIECE

    def read(self, *args: Any) -> bytes:
        """All plain bytes. Raises DamagedUpload."""
        return b"".join(self.chunks())

    def discard(self) -> None:
        """Remove the file."""
        if self.path:
            discard_upload(self.path)

    def close(self) -> None:
        """At the end of the request, which Django tells: what nobody kept is gone."""
        if not self._is_kept:
            self.discard()


class IncomingFile:
    """One file on its way in: encrypted piece by piece, and only as much of it as may be kept."""

    def __init__(self, *, most_bytes: int, network: str) -> None:
        self.path = f"{UPLOADS_FOLDER}/{os.urandom(16).hex()}"
        self.key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
        self.size = 0
        self.most_bytes = most_bytes
        self.no_room: NoRoom | None = None
        self._network = network
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, self.key)
        self._file: BinaryIO | None = None
        if self._has_room_for(LEAST_FILE_BYTES):
            self._file = _create(data_folder() / self.path)
            self._file.write(header)

    def write(self, piece: bytes) -> None:
        """Encrypt a piece; what goes beyond the limit is counted and thrown away."""
        self.size += len(piece)
        if not self._file:
            return
        if self.size > self.most_bytes or not self._has_room_for(len(piece)):
            self.drop()
        for start in range(0, len(piece), _PIECE):
            self._push(piece[start : start + _PIECE], _MORE)

    def end(self) -> None:
        """The file has come whole."""
        self._push(b"", _LAST)
        if self._file:
            self._file.close()
            self._file = None

    def drop(self) -> None:
        """Nothing of it stays on disk."""
        if self._file:
            self._file.close()
            self._file = None
        discard_upload(self.path, is_whole=False)

    def _has_room_for(self, size: int) -> bool:
        self.no_room = upload_room.reserve_room(self._network, self.path, size)
        return self.no_room is None

    def _push(self, piece: bytes, tag: int) -> None:
        if self._file:
            state = self._state
            sealed = bindings.crypto_secretstream_xchacha20poly1305_push(state, piece, tag=tag)
            # Pieces come as the network cuts them, so each says its length.
            self._file.write(len(sealed).to_bytes(4) + sealed)


@dataclass
class UnkeptFile:
    """A file beyond those that a form takes: how large it is, and nothing is kept of it."""

    size: int = 0
    path: str = ""
    key: bytes = b""
    no_room: NoRoom | None = NoRoom.MANY

    def write(self, piece: bytes) -> None:
        """Count a piece."""
        self.size += len(piece)

    def end(self) -> None:
        """The file has come whole."""

    def drop(self) -> None:
        """There is nothing to remove."""


class SealedUploadHandler(FileUploadHandler):
    """Django's upload handler of both sites.

    What the front has sealed already stands in the form under a word that only the two know. A
    request that came past the front, as in tests, is sealed here.
    """

    chunk_size = _PIECE

    def __init__(self, request: Any = None, *, most_bytes: int | None = None) -> None:
        super().__init__(request)
        self._most_bytes = _most_bytes_of(request) if most_bytes is None else most_bytes
        about: Mapping[str, Any] = request.META if request else {}
        self._sealed: dict[str, IncomingFile | UnkeptFile] | None = about.get(SEALED_UPLOADS)
        caller = (about.get("REMOTE_ADDR", ""), 0)
        self._network = network_of_scope({"client": caller}, behind_proxy=False)
        self._count = 0
        self._sealing: IncomingFile | UnkeptFile | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file with a key of its own."""
        super().new_file(*args, **kwargs)
        if not self._most_bytes:
            raise SkipFile
        self._count += 1
        self._word = b""
        if self._sealed is None:
            if self._count <= MOST_FILES:
                self._sealing = IncomingFile(most_bytes=self._most_bytes, network=self._network)
            else:
                self._sealing = UnkeptFile()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Encrypt a piece, or learn which of the sealed files this is."""
        if self._sealing:
            self._sealing.write(raw_data)
        else:
            self._word = (self._word + raw_data)[:_LONGEST_WORD]

    def file_complete(self, file_size: int) -> SealedUpload | None:
        """End the file. Too large or one too many: nothing of it stays on disk."""
        if self._sealed is None:
            done, self._sealing = self._sealing, None
        else:
            done = self._sealed.pop(self._word.decode("latin-1"), None)
        if done is None:
            return None
        done.end()
        return SealedUpload(
            path=done.path,
            key=done.key,
            name=self.file_name or "",
            size=done.size,
            content_type=self.content_type or "",
            most_bytes=self._most_bytes,
            no_room=done.no_room,
        )

    def upload_interrupted(self) -> None:
        """The browser went away: nothing stays."""
        if self._sealing:
            self._sealing.drop()


def why_no_room(upload: SealedUpload) -> str:
    """Why a file was not kept for want of room, in words; "" when there was room."""
    if upload.no_room is NoRoom.NETWORK:
        words = _(
            "%(name)s was not kept: many files came from your network in a short time. Send the "
            "words now, and the file in half an hour or over another network."
        )
        return words % {"name": upload.name}
    if upload.no_room is NoRoom.FULL:
        words = _(
            "%(name)s was not kept: there is no room for files at the moment. Send the words now, "
            "and the file later."
        )
        return words % {"name": upload.name}
    if upload.no_room is NoRoom.DAY:
        words = _(
            "%(name)s was not kept: your network has sent as many files as are taken in a day. "
            "Send the words now, and the file tomorrow or over another network."
        )
        return words % {"name": upload.name}
    if upload.no_room is NoRoom.MANY:
        words = _("%(name)s was not kept: these were too many files at once.")
        return words % {"name": upload.name}
    return ""


def takes_files(
    *,
    most_bytes: int = MOST_FILE_BYTES,
    most_files: int = MOST_FILES,
    only_from: Callable[[Mapping[str, str]], bool] | None = None,
) -> Callable[[_View], _View]:
    """Mark a view whose form takes files, so many of so many bytes at most."""

    def mark(view: _View) -> _View:
        setattr(view, _MARK, FilesTaken(most_bytes, most_files, only_from))
        return view

    return mark


def files_taken_by(view: Callable[..., Any]) -> FilesTaken:
    """Which files the form of this view takes."""
    return cast("FilesTaken", getattr(view, _MARK, NO_FILES))


def largest_file_for(view: Callable[..., Any]) -> int:
    """How many bytes one file may have that this view takes; 0 where it takes none."""
    return files_taken_by(view).most_bytes


def _most_bytes_of(request: Any) -> int:
    match = request.resolver_match if request else None
    return largest_file_for(match.func) if match else 0


def discard_upload(path: str, *, is_whole: bool = True) -> None:
    """Remove an upload by its path; one that is gone already is fine."""
    (data_folder() / path).unlink(missing_ok=True)
    upload_room.give_back(path, is_whole=is_whole)


def all_upload_paths() -> dict[str, float]:
    """Every upload on disk with the time of its last change, for whoever sweeps."""
    found = {}
    for file in (data_folder() / UPLOADS_FOLDER).glob("*"):
        try:
            found[f"{UPLOADS_FOLDER}/{file.name}"] = file.stat().st_mtime
        except FileNotFoundError:
            continue
    return found


def _create(path: Path) -> BinaryIO:
    return os.fdopen(create_private(path), "wb")


def _opened(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, file.read(_HEADER), key)
        tag = _MORE
        while tag != _LAST:
            size = int.from_bytes(file.read(4))
            if not _TAIL <= size <= 2 * _PIECE + _TAIL:
                raise DamagedUpload
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, file.read(size))
            if plain:
                yield plain
    except CryptoError as error:
        raise DamagedUpload from error
