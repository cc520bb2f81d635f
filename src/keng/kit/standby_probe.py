"""For how long a commit waits for a standby, for a monitor: tried out, by a mark of some bytes.

No role of a process may ask the server which standby is in sync. But each may commit, and where the
operator wants commits to wait for a standby, one that is confirmed by none does not come back.
"""

import threading
import time

from keng.kit.database import DatabaseNotPrepared, Process, dsn, session_name

_TRIED_EVERY = 10.0
_CONNECTS_WITHIN = 2


class StandbyProbe:
    """Nobody waits for it: whoever asks is told what is known, and a thread tries anew."""

    def __init__(self, process: Process, *, tried_every: float = _TRIED_EVERY) -> None:
        self._process = process
        self._tried_every = tried_every
        self._lock = threading.Lock()
        self._trying: threading.Thread | None = None
        self._next = 0.0
        self._waits_since: float | None = None
        self._last: float | None = None

    def waited_seconds(self) -> float | None:
        """Of the try under way, else of the last one; None where no commit waits for a standby.

        Of a database that does not answer nothing is known here, either.
        """
        self._try_again()
        since = self._waits_since
        return self._last if since is None else time.monotonic() - since

    def _try_again(self) -> None:
        with self._lock:
            is_trying = self._trying is not None and self._trying.is_alive()
            if is_trying or time.monotonic() < self._next:
                return
            self._next = time.monotonic() + self._tried_every
            self._trying = threading.Thread(target=self._try, name="standbys", daemon=True)
            self._trying.start()

    def _try(self) -> None:
        import psycopg  # noqa: PLC0415 -- what lies beside this is loaded without the driver

        from keng.kit.standby_confirmation import CONFIRM_EARLIER_COMMITS  # noqa: PLC0415

        found = None
        try:
            with psycopg.connect(
                dsn(self._process),
                connect_timeout=_CONNECTS_WITHIN,
                application_name=session_name("standbys"),
            ) as connection:
                if connection.execute(CONFIRM_EARLIER_COMMITS).fetchone() is not None:
                    began = time.monotonic()
                    self._waits_since = began
                    connection.commit()
                    found = time.monotonic() - began
        except (psycopg.Error, DatabaseNotPrepared, OSError):
            found = None
        # In this order: in between the try counts as going on.
        self._last = found
        self._waits_since = None
