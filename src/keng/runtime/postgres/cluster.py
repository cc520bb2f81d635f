"""One embedded cluster: created once, started and stopped as often as wanted."""

import fcntl
import json
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keng.kit.database import data_folder
from keng.kit.private_files import private_opener
from keng.runtime.accounts_of_the_system import SystemAccount, postgres_account
from keng.runtime.errors import CannotContinue
from keng.runtime.ownership import hand_over
from keng.runtime.parent_watch import ends_with_parent
from keng.runtime.postgres.folders import (
    PORT,
    prepare_data_folder,
    reachable_software,
    socket_folder,
)
from keng.runtime.postgres.postmaster import (
    FAST_STOP,
    accepts_connections,
    clear_what_a_crash_left,
    living_pid,
    signal_fast_stop,
)
from keng.runtime.postgres.providers import Software, find_postgres
from keng.runtime.postgres.server_log import rotate_server_log

if TYPE_CHECKING:
    import psycopg

SUPERUSER = "postgres"
START_WITHIN = 60.0
STOP_WITHIN = 60.0
# PostgreSQL's own locale sorts and folds alike on every system, without ICU.
BUILT_IN_LOCALE = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
BUILT_IN_SINCE = 17
# The server's log must never hold what a person wrote: statements and row values stay out of it.
CLUSTER_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "off",
    # A segment of the log that is no longer needed is removed, not kept with its words for later.
    "wal_recycle": "off",
}


@dataclass
class Cluster:
    """A data folder's PostgreSQL."""

    data: Path
    account: SystemAccount
    software: Software
    settings: Mapping[str, str] = field(default_factory=dict)
    child: "subprocess.Popen[bytes] | None" = None

    @property
    def folder(self) -> Path:
        return self.data / "postgres" / "cluster"

    @property
    def is_created(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    @property
    def pid(self) -> int | None:
        """The running server, whoever started it."""
        if self.child is not None:
            self.child.poll()  # A child that was killed stays a zombie until it is asked.
        return living_pid(self.folder)

    def start(self) -> None:
        """Create if needed, recover if needed, and return when a connection works."""
        with self._alone():
            if not self.is_created:
                self._create()
            self._require_same_major()
            # One that is just being killed still looks alive; then it does not answer.
            if self.pid is None or not self._answers():
                self._launch()
                if not self._answers():
                    raise CannotContinue(f"PostgreSQL did not start: {self._last_words()}")
            self._tell_where()

    def stop(self) -> None:
        """Let running statements end as errors, write everything down, and wait for the end."""
        pid = self.pid
        if pid is not None:
            signal_fast_stop(pid)
        deadline = time.monotonic() + STOP_WITHIN
        while self.pid is not None:
            if time.monotonic() > deadline:
                raise CannotContinue(f"PostgreSQL (process {pid}) did not stop.")
            time.sleep(0.02)
        self._reap()
        with suppress(OSError):
            self._sockets().rmdir()

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
        """A superuser's connection: for the launcher's own use, never for the product."""
        # The supervisor starts the cluster without it: the driver would be half of its memory.
        import psycopg  # noqa: PLC0415

        return psycopg.connect(
            host=str(self._sockets()),
            port=PORT,
            user=SUPERUSER,
            password=self._password_file.read_text(),
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    @property
    def _password_file(self) -> Path:
        return self.data / "secrets" / "database" / SUPERUSER

    @property
    def log_file(self) -> Path:
        return self.data / "logs" / "postgres.log"

    def rotate_log(self) -> None:
        """Begin it anew when it has grown; asked as often as one likes."""
        rotate_server_log(self.log_file)

    def _sockets(self) -> Path:
        return socket_folder(self.data, self.account)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands must not create or start the same cluster at once."""
        prepare_data_folder(self.data)
        with (self.data / "run" / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        self.account.require_way_to(self.folder, setting="KENG_DATA")
        if not self._password_file.exists():
            write_secret(self._password_file, secrets.token_urlsafe(24))
        # Made beside its place and renamed when whole: a killed initdb leaves nothing half done.
        unfinished = self.folder.with_name("cluster.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.account.give(unfinished)
        with tempfile.NamedTemporaryFile("w", dir=self.data / "postgres") as password:
            password.write(self._password_file.read_text())
            password.flush()
            self.account.give(Path(password.name))
            self._initdb(unfinished, password.name)
        with (unfinished / "postgresql.conf").open("a") as configuration:
            configuration.write("include 'keng.conf'\n")
        unfinished.rename(self.folder)

    def _initdb(self, folder: Path, password_file: str) -> None:
        command = [
            self.software.program("initdb"),
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth-local=scram-sha-256",
            "--auth-host=reject",
            "--data-checksums",
            "--encoding=UTF8",
            *(BUILT_IN_LOCALE if self.software.major >= BUILT_IN_SINCE else ["--locale=C.UTF-8"]),
        ]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        options = self.account.process_options()
        answer = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=folder, **options
        )
        if answer.returncode != 0:
            raise CannotContinue(f"initdb failed: {answer.stderr.strip()}")

    def _require_same_major(self) -> None:
        written_by = int((self.folder / "PG_VERSION").read_text())
        if written_by != self.software.major:
            raise CannotContinue(
                f"The data in {self.folder} was written by PostgreSQL {written_by}, but "
                f"{self.software.name} is {self.software.version}. "
                "Name the older programs in KENG_PG_BINDIR, or use pg_upgrade."
            )

    def _launch(self) -> None:
        self.account.require_way_to(self.folder, setting="KENG_DATA")
        if not self.account.is_ours:
            hand_over(self.folder, self.account)
        self._reap()
        sockets = self._sockets()
        clear_what_a_crash_left(self.folder, sockets)
        settings = {
            **CLUSTER_SETTINGS,
            "unix_socket_directories": str(sockets),
            # Who may come here at all, the folder decides.
            "unix_socket_permissions": "0700" if self.account.is_ours else "0777",
            **self.settings,
        }
        configuration = self.folder / "keng.conf"
        configuration.write_text("".join(f"{k} = '{v}'\n" for k, v in settings.items()))
        self.account.give(configuration)
        with open(self.log_file, "ab", opener=private_opener) as log:
            # A session of its own, so that Ctrl-C reaches it last, through the supervisor.
            self.child = subprocess.Popen(
                [self.software.program("postgres"), "-D", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                # If we are killed it shuts down like at a stop, and the next start finds it down.
                preexec_fn=ends_with_parent(FAST_STOP),  # noqa: PLW1509 -- a few system calls
                **self.account.process_options(),
            )

    def _reap(self) -> None:
        """Wait for the end of a child that was told to go, was killed, or never came up."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None

    def _answers(self) -> bool:
        """Wait until it takes sign-ins; False when the server is gone instead."""
        deadline = time.monotonic() + START_WITHIN
        socket_file = self._sockets() / f".s.PGSQL.{PORT}"
        while not accepts_connections(socket_file, user=SUPERUSER):
            is_gone = self.pid is None and (self.child is None or self.child.poll() is not None)
            if is_gone or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _last_words(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines() or ["its log is empty"]
        return f"{' | '.join(lines[-3:])} (see {self.log_file})"

    def _tell_where(self) -> None:
        file = self.data / "postgres" / "connection.json"
        place = {"host": str(self._sockets()), "port": PORT, "name": "keng"}
        if not file.exists() or json.loads(file.read_text()) != place:
            file.write_text(json.dumps(place) + "\n")
        # No secret, and every process reads it, whatever the shell of root leaves to others.
        file.chmod(0o644)


def embedded_cluster(
    data: Path | None = None, settings: Mapping[str, str] | None = None
) -> Cluster:
    """The cluster of a data folder, not yet started."""
    data = (data or data_folder()).resolve()
    account = postgres_account()
    prepare_data_folder(data)
    software = reachable_software(find_postgres(), data, account)
    return Cluster(data, account, software, settings or {})


@contextmanager
def running_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """Started for this block, and stopped after it unless it ran before."""
    ran_before = cluster.pid is not None
    cluster.start()
    try:
        yield cluster
    finally:
        if not ran_before:
            cluster.stop()


def write_secret(file: Path, content: str) -> None:
    """A new file that only this account can read, never readable by others for a moment."""
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(content)
