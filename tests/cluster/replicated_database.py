"""A primary with two standbys of this machine's PostgreSQL, each in a folder and socket of its own.

Every member has the configuration that docs/operator/failover.md recommends: a commit waits for any
one of the others, and a standby looks among all of them for the one that can be written on.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from keng.runtime.postgres import Cluster, embedded_cluster

NAMES = ("one", "two", "three")
_WITHIN = 60


class ReplicatedDatabase:
    """Three members; which of them is the primary changes."""

    def __init__(self, migrated: Path, folder: Path) -> None:
        self._secrets = migrated / "secrets" / "database"
        self.members: dict[str, Cluster] = {}
        for name in NAMES:
            # PostgreSQL's files stay its account's, so nothing less than an archive copy will do.
            subprocess.run(["cp", "-a", str(migrated), str(folder / name)], check=True)
            self.members[name] = embedded_cluster(folder / name)
        for name, member in self.members.items():
            member.settings = self._settings_of(name)
        self.primary = NAMES[0]

    def _settings_of(self, name: str) -> dict[str, str]:
        password = (self._secrets / "postgres").read_text().strip()
        hosts = ",".join(str(member._sockets()) for member in self.members.values())
        return {
            "synchronous_standby_names": f"ANY 1 ({', '.join(NAMES)})",
            "synchronous_commit": "on",
            "primary_conninfo": f"host={hosts} user=postgres password={password}"
            f" application_name={name} target_session_attrs=read-write connect_timeout=2",
            "wal_keep_size": "256MB",
            "wal_retrieve_retry_interval": "500ms",
        }

    @property
    def standbys(self) -> list[str]:
        return [name for name in NAMES if name != self.primary]

    def url(self) -> str:
        """For the product's owner; all members are named."""
        password = (self._secrets / "keng_owner").read_text().strip()
        hosts = quote(",".join(str(member._sockets()) for member in self.members.values()))
        return f"postgresql://keng_owner:{quote(password)}@/keng?host={hosts}"

    def start(self) -> None:
        for name in self.standbys:
            (self.members[name].folder / "standby.signal").touch()
            self.members[name].account.give(self.members[name].folder / "standby.signal")
        for name in (self.primary, *self.standbys):
            self.members[name].start()
        eventually(lambda: len(self.in_sync()) == len(NAMES) - 1, "the standbys do not follow")

    def stop(self) -> None:
        for name in NAMES:
            # A primary that stops waits for those who follow it.
            self.resume(name)
        for member in self.members.values():
            # Killed ones have nothing left to stop.
            with suppress(ProcessLookupError):
                member.stop()

    def in_sync(self) -> list[str]:
        """Who confirms to the primary, by its own word."""
        with self.members[self.primary].connect() as superuser:
            rows = superuser.execute(
                "SELECT application_name FROM pg_stat_replication"
                " WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum') ORDER BY 1"
            ).fetchall()
        return [name for (name,) in rows]

    def waiting_commits(self) -> list[str]:
        """What the product's processes asked for that waits for a standby."""
        with self.members[self.primary].connect() as superuser:
            rows = superuser.execute(
                "SELECT query FROM pg_stat_activity WHERE wait_event = 'SyncRep' ORDER BY pid"
            ).fetchall()
        return [query for (query,) in rows]

    def kill_primary(self) -> None:
        """As a machine that loses its power: nothing is written down, nobody is told."""
        member = self.members[self.primary]
        assert member.pid is not None
        os.kill(member.pid, signal.SIGKILL)
        eventually(lambda: member.pid is None, "the primary does not die")

    def promote_the_furthest(self) -> str:
        """As the guide says: whoever has received most has all that was promised."""
        received: dict[str, int] = {}
        for name in self.standbys:
            with self.members[name].connect() as superuser:
                (position,) = superuser.execute(
                    "SELECT pg_last_wal_receive_lsn() - '0/0'::pg_lsn"
                ).fetchone() or (0,)
            received[name] = int(position)
        name = max(received, key=lambda each: received[each])
        with self.members[name].connect() as superuser:
            assert superuser.execute("SELECT pg_promote()").fetchone() == (True,)
        self.primary = name
        return name

    def rejoin(self, name: str) -> None:
        """A former primary, copied anew from the one of now."""
        member = self.members[name]
        settings, sockets = member.settings, self.members[self.primary]._sockets()
        shutil.rmtree(member.folder)
        password = (self._secrets / "postgres").read_text().strip()
        subprocess.run(
            [
                member.software.program("pg_basebackup"),
                *("-D", str(member.folder), "-h", str(sockets), "-U", "postgres"),
                *("--checkpoint=fast", "--wal-method=stream"),
            ],
            check=True,
            env=os.environ | {"PGPASSWORD": password},
            cwd=member.data,
        )
        (member.folder / "standby.signal").touch()
        subprocess.run(
            ["chown", "-R", f"--reference={self.members[self.primary].folder}", str(member.folder)],
            check=True,
        )
        member.settings = settings
        member.start()

    def pause(self, name: str) -> None:
        """It is there and says nothing: every process of it stands still."""
        for pid in _processes_of(self.members[name]):
            os.kill(pid, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        for pid in _processes_of(self.members[name]):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _processes_of(member: Cluster) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if entry.readlink() == member.folder:
                found.append(int(entry.parent.name))
    return found


@contextmanager
def replicated_database(migrated: Path, folder: Path) -> Iterator[ReplicatedDatabase]:
    database = ReplicatedDatabase(migrated, folder)
    try:
        database.start()
        yield database
    finally:
        database.stop()


def eventually(is_so: Callable[[], bool], otherwise: str, within: float = _WITHIN) -> None:
    until = time.monotonic() + within
    while True:
        with suppress(psycopg.Error):
            if is_so():
                return
        assert time.monotonic() < until, otherwise
        time.sleep(0.05)
