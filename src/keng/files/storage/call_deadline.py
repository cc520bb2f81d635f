"""An end to each call of a store, however slowly it answers: then its socket is shut.

A limit of each read does not do it: who sends a byte now and then stays below it for ever.
"""

import socket
import threading
from contextlib import suppress
from typing import Any, Self

from botocore import awsrequest

_of_thread = threading.local()


class CallDeadline:
    """What this thread asks of a store inside it ends after so many seconds, with some error."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _of_thread.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        _of_thread.deadline = None
        # From here on the socket may be another call's.
        with self._lock:
            self._socket = None

    def note_socket(self, used: socket.socket) -> None:
        """It is what the call goes on over; what is tried once more has another one."""
        with self._lock:
            self._socket = used
            if self.is_over:
                _shut(used)

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                _shut(self._socket)


class _NotesSocket:
    """Mixed into the connections of botocore."""

    sock: socket.socket | None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self._note()

    def request(self, *given: Any, **named: Any) -> Any:
        self._note()
        return super().request(*given, **named)  # type: ignore[misc]

    def _note(self) -> None:
        deadline: CallDeadline | None = getattr(_of_thread, "deadline", None)
        if deadline is not None and self.sock is not None:
            deadline.note_socket(self.sock)


class _Connection(_NotesSocket, awsrequest.AWSHTTPConnection):  # type: ignore[misc]
    pass


class _SecureConnection(_NotesSocket, awsrequest.AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _Pool(awsrequest.AWSHTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = _Connection


class _SecurePool(awsrequest.AWSHTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = _SecureConnection


def obey_deadlines(client: Any) -> None:
    """Have the connections of this client of botocore end with a `CallDeadline`."""
    # The library has no way to give it connections of ours; a test fails where this changes.
    session = client._endpoint.http_session  # noqa: SLF001
    session._manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}  # noqa: SLF001


def _shut(used: socket.socket) -> None:
    with suppress(OSError):
        # Not the method of TLS, which would end what the other thread reads by.
        socket.socket.shutdown(used, socket.SHUT_RDWR)
