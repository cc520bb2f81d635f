"""A pooler in transaction mode, with one server connection, which everybody takes by turns.

As pgbouncer does, it speaks the protocol itself, so that the code under test connects as it always
does. A client has the server connection until its transaction ends, or for one statement outside of
any.
"""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

_REFUSES_TLS = frozenset({80877103, 80877104})
_ENDS_A_BATCH = frozenset({b"Q", b"S"})
_ANSWERS_WITHIN = 20
_FIRST_STATUS = {
    "server_version": "15.0",
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",
    "TimeZone": "UTC",
    "integer_datetimes": "on",
    "standard_conforming_strings": "on",
}


@contextmanager
def transaction_pooler(server: psycopg.Connection) -> Iterator[int]:
    """The port at which everybody shares this connection."""
    pooler = _Pooler(server)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()

        def serve() -> None:
            while True:
                try:
                    client, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=pooler.serve, args=[client], daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    pooler.close()


class _Pooler:
    def __init__(self, server: psycopg.Connection) -> None:
        self._server = socket.socket(fileno=os.dup(server.pgconn.socket))
        self._server.settimeout(_ANSWERS_WITHIN)
        self._is_taken = threading.Lock()

    def close(self) -> None:
        self._server.close()

    def serve(self, client: socket.socket) -> None:
        """One client, from its start to its end."""
        with client, suppress(ConnectionError):
            _greet(client)
            has_server = False
            batch = b""
            while True:
                kind, message = _read_message(client)
                if kind == b"X":
                    break
                batch += message
                if kind not in _ENDS_A_BATCH:
                    continue
                if not has_server:
                    self._is_taken.acquire()
                has_server = self._pass_on(client, batch)
                batch = b""
                if not has_server:
                    self._is_taken.release()
            if has_server:
                self._ask(b"ROLLBACK")
                self._is_taken.release()

    def _ask(self, sql: bytes) -> None:
        self._server.sendall(b"Q" + struct.pack("!i", len(sql) + 5) + sql + b"\0")
        while _read_message(self._server)[0] != b"Z":
            pass

    def _pass_on(self, client: socket.socket, batch: bytes) -> bool:
        """Whether the transaction goes on."""
        self._server.sendall(batch)
        while True:
            kind, message = _read_message(self._server)
            client.sendall(message)
            if kind == b"Z":
                return message[5:6] != b"I"


def _greet(client: socket.socket) -> None:
    """Let in whoever comes."""
    while True:
        (length,) = struct.unpack("!i", _read(client, 4))
        body = _read(client, length - 4)
        if struct.unpack("!i", body[:4])[0] not in _REFUSES_TLS:
            break
        client.sendall(b"N")
    greeting = b"R" + struct.pack("!ii", 8, 0)
    for key, value in _FIRST_STATUS.items():
        pair = f"{key}\0{value}\0".encode()
        greeting += b"S" + struct.pack("!i", len(pair) + 4) + pair
    greeting += b"K" + struct.pack("!iii", 12, 1, 1) + b"Z" + struct.pack("!i", 5) + b"I"
    client.sendall(greeting)


def _read_message(side: socket.socket) -> tuple[bytes, bytes]:
    """Its kind, and all of it."""
    head = _read(side, 5)
    return head[:1], head + _read(side, struct.unpack("!i", head[1:])[0] - 4)


def _read(side: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        more = side.recv(size - len(read))
        if not more:
            raise ConnectionError
        read += more
    return read
