"""Asking ClamAV about a file, where the operator names its socket: over INSTREAM, in memory alone.

No file is written for it: the bytes go to clamd in pieces. What clamd does with them is clamd's;
deploy/keng.env says how it keeps them off the disk.
"""

import enum
import logging
import os
import socket
import struct
import time

_WITHIN_SECONDS = 30.0
_CONNECT_SECONDS = 2.0
# So little, and for so long, after one file got no answer in time: behind a scanner that stands
# still everything would wait until no copy is made any more. Who keeps it busy on purpose with one
# file spares the next ones no scan that is as quick as most are.
_WITHIN_SECONDS_AFTER = 2.0
_IMPATIENT_FOR = 60.0
_PIECE = 64 * 1024
_LONGEST_ANSWER = 1024
logger = logging.getLogger(__name__)


class ScanResult(enum.Enum):
    """What is known of a file after it was to be scanned."""

    CLEAN = "clean"
    HARMFUL = "harmful"
    NOT_SCANNED = ""


class _Patience:
    """How long this process waits for an answer, by whether the last one came."""

    def __init__(self) -> None:
        self._late_at: float | None = None

    def seconds(self) -> float:
        """For the next file."""
        if self._late_at is None or time.monotonic() - self._late_at > _IMPATIENT_FOR:
            return _WITHIN_SECONDS
        return _WITHIN_SECONDS_AFTER

    def note(self, *, is_late: bool) -> None:
        """How it went."""
        self._late_at = time.monotonic() if is_late else None


_patience = _Patience()


def is_scanner_set() -> bool:
    """Whether the operator named a socket (KENG_CLAMD)."""
    return bool(_socket_path())


def scan_content(content: bytes) -> ScanResult:
    """What the scanner says; it has half a minute, two seconds after it was late.

    Without one, or without an answer: not scanned.

    A file is never lost for want of a scanner: its copy is drawn in the confined process anyway.
    """
    path = _socket_path()
    if not path:
        return ScanResult.NOT_SCANNED
    try:
        answer = _answer_of(path, content, time.monotonic() + _patience.seconds())
    except OSError as error:
        _patience.note(is_late=isinstance(error, TimeoutError))
        logger.warning("A file was not scanned: %s.", type(error).__name__)
        return ScanResult.NOT_SCANNED
    _patience.note(is_late=False)
    if answer.endswith(b" FOUND"):
        return ScanResult.HARMFUL
    if answer == b"stream: OK":
        return ScanResult.CLEAN
    # Too large for it, or its own fault.
    logger.warning("A file was not scanned: the scanner gave no result.")
    return ScanResult.NOT_SCANNED


def _socket_path() -> str:
    return os.environ.get("KENG_CLAMD", "")


def _answer_of(path: str, content: bytes, until: float) -> bytes:
    """The line that clamd answers, without its end. Raises OSError, TimeoutError too."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_CONNECT_SECONDS)
        line.connect(path)
        _send(line, b"zINSTREAM\0", until)
        for at in range(0, len(content), _PIECE):
            piece = content[at : at + _PIECE]
            _send(line, struct.pack(">I", len(piece)) + piece, until)
        _send(line, struct.pack(">I", 0), until)
        answer = b""
        while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
            line.settimeout(_left(until))
            got = line.recv(_LONGEST_ANSWER)
            if not got:
                break
            answer += got
    return answer.partition(b"\0")[0].strip()


def _send(line: socket.socket, piece: bytes, until: float) -> None:
    line.settimeout(_left(until))
    line.sendall(piece)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
