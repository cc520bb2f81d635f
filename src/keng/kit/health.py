"""What the addresses for a monitor answer: whether tips are taken, rung and sent.

Beside it how old the last backup is. Whoever asks on this machine, past no proxy, is also told what
is waited for, each class of the worker's tasks by itself; nobody else learns more than yes or no.

Asked by anybody, so it says yes or no, asks the database at most every few seconds, and waits for
nobody: a database that stands still is one that does not answer.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from keng.kit import alive
from keng.kit.backup_sign import backup_age
from keng.kit.database import DatabaseNotPrepared, Process, data_folder, dsn, session_name
from keng.kit.worker_tasks import TaskPace

HEALTH_KNOWN_SECONDS = 2.0
HEALTH_WAITS_SECONDS = 1.5
# With less nothing is written for long, not even words.
DISK_FULL_BYTES = 64 * 1024 * 1024
# The least that the driver takes; whoever asks waits no longer than WAITS.
_CONNECTS_WITHIN = 2
_DATABASE = "database"
_DATABASE_DISK = "database-disk"
_CLOCK = "clock"
_STANDBYS = "standbys"
_HERE = {"127.0.0.1", "::1"}


class Health:
    """As one process sees it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._waits_for: tuple[str, ...] = ()
        self._told: tuple[str, ...] = ()
        self._is_well = False
        self._known_until = 0.0
        self._asking: threading.Thread | None = None

    async def is_well(self) -> bool:
        """Within WAITS, whatever stands still."""
        if time.monotonic() < self._known_until:
            return self._is_well
        return await asyncio.to_thread(self.ask)

    def ask(self) -> bool:
        """The same for who may wait in a thread."""
        with self._lock:
            if time.monotonic() < self._known_until:
                return self._is_well
            if self._asking is None or not self._asking.is_alive():
                self._asking = threading.Thread(target=self._look, name="health", daemon=True)
                self._asking.start()
            asking = self._asking
        asking.join(HEALTH_WAITS_SECONDS)
        if asking.is_alive():
            # The others need not wait as well; should the answer still come, it counts.
            self._know(self._waits_for or (_DATABASE,))
        return self._is_well

    def headers(self, scope: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
        """What stands beside the answer to this request."""
        waits_for = ", ".join(self._told).encode()
        is_told = waits_for and _is_asked_here(scope)
        return [*backup_headers(), *([(b"waits-for", waits_for)] if is_told else [])]

    def _look(self) -> None:
        self._know(tuple(self._faults()))

    def _know(self, waits_for: tuple[str, ...]) -> None:
        self._waits_for = self._told = waits_for
        # Whose clock is wrong nobody here knows: were it the database's, a proxy that asks would
        # find no machine left, and nobody's tip would be taken.
        self._is_well = not set(waits_for) - {_CLOCK}
        self._known_until = time.monotonic() + HEALTH_KNOWN_SECONDS

    def _faults(self) -> list[str]:
        """By the names that `keng doctor` has; the database last, since it may not answer."""
        own = dict.fromkeys((*alive.ESSENTIAL_PROCESSES, self._process))
        found = alive.silent_processes(tuple(own))
        alarms = alive.WORKER_SIGNS[TaskPace.ALARM]
        if alarms not in found and not alive.alarm_tasks_are_on_time():
            found.append(alarms)
        if free_bytes() <= DISK_FULL_BYTES:
            found.append("disk")
        # What is known counts, whatever becomes of the last questions.
        self._waits_for = (*found, _DATABASE)

        def before_commit(own: list[str]) -> None:
            self._waits_for = (*found, *own, _STANDBYS)

        return [*found, *self._faults_of_database(before_commit)]

    def _faults_of_database(self, before_commit: Callable[[list[str]], None]) -> list[str]:
        """What is missing, asked as somebody new; empty where it takes writes and keeps them.

        Who is connected already may go on for a while without it. Where commits wait for a standby
        this one does, too: with none that confirms it does not come back, and what is known until
        then is handed to `before_commit`.
        """
        # The supervisor loads what lies beside this, and the driver would be half of its memory.
        import psycopg  # noqa: PLC0415

        from keng.kit import metrics  # noqa: PLC0415
        from keng.kit.database_state import (  # noqa: PLC0415
            CLOCK_WRONG_SECONDS,
            database_has_room,
            seconds_ahead,
        )
        from keng.kit.read_only_servers import server_only_reads  # noqa: PLC0415
        from keng.kit.standby_confirmation import (  # noqa: PLC0415
            CONFIRM_EARLIER_COMMITS,
            CancelledWaits,
        )

        waits = CancelledWaits()
        try:
            with psycopg.connect(
                dsn(self._process),
                connect_timeout=_CONNECTS_WITHIN,
                # A line that broke without a word: else it would be waited for for minutes.
                tcp_user_timeout=_CONNECTS_WITHIN * 1000,
                application_name=session_name("health"),
            ) as connection:
                if server_only_reads(connection):
                    return [_DATABASE]
                ahead = seconds_ahead(connection)
                found = [_CLOCK] if abs(ahead) > CLOCK_WRONG_SECONDS else []
                metrics.clock_ahead.labels(self._process).set(ahead)
                if not database_has_room(connection):
                    return [_DATABASE_DISK, *found]
                waits.attach(connection)
                connection.execute(CONFIRM_EARLIER_COMMITS)
                before_commit(found)
                connection.commit()
        except (psycopg.Error, DatabaseNotPrepared, OSError):
            return [_DATABASE]
        # The server calls a wait that somebody cancelled done.
        return [*found, _STANDBYS] if waits.happened else found


def _is_asked_here(scope: Mapping[str, Any]) -> bool:
    """By somebody on this machine themselves: the proxy in front says for whom it asks."""
    client = scope.get("client") or ("", 0)
    names = {name.lower() for name, _value in scope.get("headers", ())}
    return client[0] in _HERE and not names & {b"x-forwarded-for", b"forwarded"}


def backup_headers() -> list[tuple[bytes, bytes]]:
    """How many hours ago the last backup was made, beside the answer; nothing where none was."""
    age = backup_age()
    return [] if age is None else [(b"backup-age-hours", str(int(age // 3600)).encode())]


def free_bytes() -> int:
    """What an account without privileges may still write where the data lie."""
    try:
        disk = os.statvfs(data_folder())
    except OSError:
        return 0
    return disk.f_bavail * disk.f_frsize
