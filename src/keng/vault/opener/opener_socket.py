"""The opener's only door: a socket in the data folder, one question and one answer a connection.

A message is the length of its head (4 bytes), the head as JSON, the length of its body (4 bytes),
the body.
"""

import json
import os
import socket
import struct
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keng.kit.database import data_folder

ANSWERS_WITHIN = 10.0
# A whole question: there is one door, and whoever is slow in it keeps everybody else waiting.
QUESTION_WITHIN = 5.0
# Originals are filled up to rounded sizes; the largest upload is far below.
_MOST_BYTES = 512 * 1024**2
_MOST_HEAD, _MOST_SHARES = 4096, 64 * 1024
_NAME = "socket"
_CREDENTIALS = struct.Struct("3i")

Handler = Callable[[str, uuid.UUID, uuid.UUID | None, bytes], tuple[dict[str, Any], bytes]]


class BadMessage(ValueError):
    """Whoever spoke does not keep to the form."""


def socket_folder() -> Path:
    """Where the socket lies: a folder of the processes' account."""
    return data_folder() / "run" / "opener"


def listen() -> socket.socket:
    """The socket, readable by its account alone; one of before is replaced."""
    server = new_socket()
    bind_in_folder(server)
    begin_to_listen(server)
    return server


def new_socket() -> socket.socket:
    """One that has no name yet."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


def bind_in_folder(server: socket.socket) -> None:
    """Give it its name, as the account that it is to belong to."""
    with _short_name() as name:
        Path(name).unlink(missing_ok=True)
        server.bind(name)
        Path(name).chmod(0o600)


def begin_to_listen(server: socket.socket) -> None:
    """From here on who asks waits in its queue."""
    server.listen(16)


def inherited_socket(descriptor: int) -> socket.socket:
    """The one that whoever started this process listens with."""
    return socket.socket(fileno=descriptor)


def serve_one(server: socket.socket, handle: Handler) -> None:
    """The next question; nothing that is asked wrongly, or too slowly, ends the process."""
    connection, _ = server.accept()
    with connection:
        connection.settimeout(ANSWERS_WITHIN)
        try:
            if not _is_own_account(connection):
                return
            until = time.monotonic() + QUESTION_WITHIN
            head, body = _receive(connection, _MOST_SHARES, until)
            connection.settimeout(ANSWERS_WITHIN)
            holder = head.get("holder_key")
            answer = handle(
                str(head["act"]),
                uuid.UUID(head["request"]),
                uuid.UUID(holder) if holder else None,
                body,
            )
            _send(connection, *answer)
        except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
            return


def ask(head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Ask the opener. Raises OSError where it does not answer, BadMessage."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWERS_WITHIN)
        with _short_name() as name:
            connection.connect(name)
        _send(connection, head, body)
        return _receive(connection, _MOST_BYTES)


@contextmanager
def _short_name() -> Iterator[str]:
    """A way to the socket that is short enough, however deep the data folder lies."""
    folder = os.open(socket_folder(), os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{_NAME}"
    finally:
        os.close(folder)


def _is_own_account(connection: socket.socket) -> bool:
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(told)
    return uid in {0, os.geteuid()}


def _send(connection: socket.socket, head: dict[str, Any], body: bytes) -> None:
    words = json.dumps(head).encode()
    connection.sendall(struct.pack(">I", len(words)) + words + struct.pack(">I", len(body)))
    # Whoever has the whole of a message without a body answers and closes: to send nothing after it
    # would be a broken pipe.
    if body:
        connection.sendall(body)


def _receive(
    connection: socket.socket, most: int, until: float | None = None
) -> tuple[dict[str, Any], bytes]:
    head = json.loads(_part(connection, _MOST_HEAD, until))
    if not isinstance(head, dict):
        raise BadMessage
    return head, _part(connection, most, until)


def _part(connection: socket.socket, most: int, until: float | None) -> bytes:
    (size,) = struct.unpack(">I", _exactly(connection, 4, until))
    if size > most:
        raise BadMessage
    return _exactly(connection, size, until)


def _exactly(connection: socket.socket, size: int, until: float | None) -> bytes:
    """Raises TimeoutError at that moment, however little was left to come."""
    found = bytearray()
    while len(found) < size:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
        piece = connection.recv(min(size - len(found), 1024**2))
        if not piece:
            raise BadMessage
        found += piece
    return bytes(found)
