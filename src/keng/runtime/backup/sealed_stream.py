"""What a backup file is outside: to whom it is sealed, and frames that only they open.

A line of JSON, then frames of libsodium's secretstream (XChaCha20-Poly1305), each after its length.
The last frame is marked as the last, so that nothing can be cut off, put in or taken from another
file unnoticed.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from nacl import bindings

from keng.runtime.errors import CannotContinue

FORM = "keng backup 1"
DATA_KEY_SIZE = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES
_PLAIN_FRAME = 256 * 1024
_LONGEST_FRAME = _PLAIN_FRAME + bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_LONGEST_HEAD = 16 * 1024
_LENGTH = 4


class DamagedBackup(CannotContinue):
    """A frame, or the end, is not what was written."""


@dataclass(frozen=True)
class BackupHead:
    """What stands before the frames, for everybody to read."""

    made_at: str
    key: str
    """The name of the key it is sealed to."""
    sealed: bytes
    """The key of the frames, for the holder of that key."""


class FrameWriter:
    """Takes bytes and writes frames; `close` writes the last one."""

    def __init__(self, file: IO[bytes], head: BackupHead, data_key: bytes) -> None:
        self._file = file
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        start = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, data_key)
        line = json.dumps(
            {
                "form": FORM,
                "made_at": head.made_at,
                "key": head.key,
                "sealed": base64.b64encode(head.sealed).decode(),
                "stream": base64.b64encode(start).decode(),
            }
        ).encode()
        file.write(line + b"\n")
        self._bound_to = hashlib.sha256(line).digest()
        self._waiting = bytearray()

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) > _PLAIN_FRAME:
            self._push(bytes(self._waiting[:_PLAIN_FRAME]), is_last=False)
            del self._waiting[:_PLAIN_FRAME]
        return len(content)

    def close(self) -> None:
        self._push(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _push(self, plain: bytes, *, is_last: bool) -> None:
        tag = (
            bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if is_last
            else bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        frame = bindings.crypto_secretstream_xchacha20poly1305_push(
            self._state, plain, self._bound_to, tag
        )
        self._file.write(len(frame).to_bytes(_LENGTH) + frame)


class FrameReader:
    """Gives the bytes back. Raises DamagedBackup; `require_end` after the last of them."""

    def __init__(self, file: IO[bytes], open_key: Callable[[BackupHead], bytes]) -> None:
        self._file = file
        line, head, start = _read_head(file)
        self.head = head
        self._bound_to = hashlib.sha256(line).digest()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, start, open_key(head))
        self._opened = bytearray()
        self._is_ended = False

    def read(self, size: int) -> bytes:
        while len(self._opened) < size and not self._is_ended:
            self._opened += self._pull()
        given = bytes(self._opened[:size])
        del self._opened[:size]
        return given

    def require_end(self) -> None:
        """Read what is left: the last frame must be the last of the file."""
        while not self._is_ended:
            self._pull()
        if self._file.read(1):
            raise DamagedBackup("The backup goes on after its end: it is not as it was written.")

    def _pull(self) -> bytes:
        length = int.from_bytes(self._file.read(_LENGTH))
        frame = self._file.read(min(length, _LONGEST_FRAME))
        if length != len(frame) or not length:
            raise DamagedBackup("The backup was cut short, or is damaged.")
        try:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                self._state, frame, self._bound_to
            )
        except (RuntimeError, ValueError):
            raise DamagedBackup("The backup is damaged: a part of it was changed.") from None
        self._is_ended = tag == bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        return plain


def read_head(file: IO[bytes]) -> BackupHead:
    """What everybody can read of a backup. Raises CannotContinue where it is none."""
    return _read_head(file)[1]


def _read_head(file: IO[bytes]) -> tuple[bytes, BackupHead, bytes]:
    line = file.readline(_LONGEST_HEAD).removesuffix(b"\n")
    try:
        fields = json.loads(line)
        is_ours = fields["form"] == FORM
        head = BackupHead(
            made_at=str(fields["made_at"]),
            key=str(fields["key"]),
            sealed=base64.b64decode(fields["sealed"]),
        )
        start = base64.b64decode(fields["stream"])
    except (ValueError, KeyError, TypeError):
        is_ours, head, start = False, BackupHead("", "", b""), b""
    if not is_ours or len(start) != bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES:
        raise CannotContinue("This is no backup of Kẻng.")
    return line, head, start
