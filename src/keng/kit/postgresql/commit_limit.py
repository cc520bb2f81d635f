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
from dataclasses import dataclass, field
from typing import Any

import psycopg

from keng.kit.database import TIME_LIMITS, Process, this_process

# Somebody sits before their pages.
_PEOPLE_WAIT: frozenset[Process] = frozenset({"public", "desk"})
_LOOKS_EVERY = 0.5
_CANCELS_WITHIN = 3.0
# A server that took no cancelling is asked again only then: others are to have their turn.
_LEFT_ALONE_FOR = 30.0


@dataclass(slots=True, eq=False)
class _WatchedCommit:
    connection: psycopg.Connection[Any]
    overdue_at: float
    # Held while it is being cancelled: until then it cannot come to its end, and go on to what
    # must not be cancelled.
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: bool = False

    def cancel(self) -> None:
        """Unless it came to its end meanwhile."""
        with self.lock:
            if self.is_over:
                return
            try:
                self.connection.cancel_safe(timeout=_CANCELS_WITHIN)
            except psycopg.Error:
                self.overdue_at = time.monotonic() + _LEFT_ALONE_FOR


class CommitWatch:
    """One thread for all commits of this process: what takes too long is cancelled."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._commits: set[_WatchedCommit] = set()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watched(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """While the block lasts, its commit may be cancelled."""
        commit = _WatchedCommit(connection, time.monotonic() + self._limit)
        with self._lock:
            self._commits.add(commit)
            # A process that was forked has no thread of its parent's.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="commits", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._commits.discard(commit)
            with commit.lock:
                commit.is_over = True

    def _look(self) -> None:
        while True:
            time.sleep(_LOOKS_EVERY)
            now = time.monotonic()
            with self._lock:
                overdue = [commit for commit in self._commits if commit.overdue_at < now]
            # A dead server keeps whoever waits for it, and nobody else.
            for commit in overdue:
                commit.cancel()


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
