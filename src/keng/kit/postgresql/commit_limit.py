"""For how long a page waits for its commit.

No limit of the database's own ends a commit that waits for a standby, so with none there every page
that writes would keep its thread for ever, and soon nobody could read either. Its wait is cancelled
instead; what becomes of that is in `base`. Worker and sender have nobody waiting: they go on
waiting, and are done when a standby is back.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from keng.kit.database import TIME_LIMITS, Process, this_process

# Somebody sits before their pages.
_PEOPLE_WAIT: frozenset[Process] = frozenset({"public", "desk"})
_LOOKS_EVERY = 0.5
_CANCELS_WITHIN = 3.0


class CommitWatch:
    """One thread for all commits of this process: what takes too long is cancelled."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._since: dict[psycopg.Connection[Any], float] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watched(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """While the block lasts, its commit may be cancelled."""
        with self._lock:
            self._since[connection] = time.monotonic()
            # A process that was forked has no thread of its parent's.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="commits", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._since[connection]

    def _look(self) -> None:
        while True:
            time.sleep(_LOOKS_EVERY)
            # Under the lock: none of these can have come to its end, and gone on to what must not
            # be cancelled, when it is its turn. A server that takes no cancelling ends no commit.
            with self._lock:
                overdue = time.monotonic() - self._limit
                for connection in [c for c, since in self._since.items() if since < overdue]:
                    with contextlib.suppress(psycopg.Error):
                        connection.cancel_safe(timeout=_CANCELS_WITHIN)


def _watch_of(process: Process) -> CommitWatch | None:
    return CommitWatch(TIME_LIMITS[process].statement) if process in _PEOPLE_WAIT else None


_WATCH = _watch_of(this_process())


def limited_commit(
    connection: psycopg.Connection[Any] | None,
) -> contextlib.AbstractContextManager[None]:
    """As long as a statement of this process may take; without a limit where nobody waits."""
    if _WATCH is None or connection is None:
        return contextlib.nullcontext()
    return _WATCH.watched(connection)
