"""What the addresses for a monitor answer: whether tips are taken, rung and sent.

Beside it how old the last backup is, and nothing else.

Asked by anybody, so it says yes or no, asks the database at most every few seconds, and waits for
nobody: a database that stands still is one that does not answer.
"""

import asyncio
import os
import threading
import time

from keng.kit import alive
from keng.kit.backup_sign import backup_age
from keng.kit.database import DatabaseNotPrepared, Process, data_folder, dsn

HEALTH_KNOWN_SECONDS = 2.0
HEALTH_WAITS_SECONDS = 1.5
# With less nothing is written for long, not even words.
DISK_FULL_BYTES = 64 * 1024 * 1024
# The least that the driver takes; whoever asks waits no longer than WAITS.
_CONNECTS_WITHIN = 2


class Health:
    """As one process sees it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lock = threading.Lock()
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
            self._know(is_well=False)
        return self._is_well

    def _look(self) -> None:
        self._know(is_well=self._is_all_well())

    def _know(self, *, is_well: bool) -> None:
        self._is_well = is_well
        self._known_until = time.monotonic() + HEALTH_KNOWN_SECONDS

    def _is_all_well(self) -> bool:
        own = (*alive.ESSENTIAL_PROCESSES, self._process)
        return (
            not alive.silent_processes(own)
            and alive.alarm_tasks_are_on_time()
            and free_bytes() > DISK_FULL_BYTES
            and self._database_takes_writes()
        )

    def _database_takes_writes(self) -> bool:
        """From somebody new: who is connected already may go on for a while without it."""
        # The supervisor loads what lies beside this, and the driver would be half of its memory.
        import psycopg  # noqa: PLC0415

        from keng.kit.read_only_servers import server_only_reads  # noqa: PLC0415

        try:
            with psycopg.connect(
                dsn(self._process),
                connect_timeout=_CONNECTS_WITHIN,
                # A line that broke without a word: else it would be waited for for minutes.
                tcp_user_timeout=_CONNECTS_WITHIN * 1000,
                application_name="keng health",
            ) as connection:
                return not server_only_reads(connection)
        except (psycopg.Error, DatabaseNotPrepared, OSError):
            return False


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
