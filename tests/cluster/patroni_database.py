"""Three members under Patroni with an etcd, by the example of the operator's guide."""

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from keng.runtime.accounts_of_the_system import postgres_account
from keng.runtime.postgres import embedded_cluster
from tests.cluster.replicated_database import NAMES, eventually
from tests.stack import free_ports

EXAMPLE = Path(__file__).parents[2] / "deploy" / "patroni" / "patroni.yml"
# Debian's own packages; nothing is fetched.
PROGRAMS = ("patroni", "etcd")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]


class PatroniDatabase:
    """Who is the primary, Patroni decides."""

    def __init__(self, migrated: Path, folder: Path) -> None:
        self.folder = folder
        self._account = postgres_account()
        self._software = embedded_cluster(migrated).software
        self._secrets = migrated / "secrets" / "database"
        ports = free_ports(8)
        self.etcd, self._etcd_peer = ports[:2]
        self.ports = dict(zip(NAMES, ports[2:5], strict=True))
        self._rest = dict(zip(NAMES, ports[5:], strict=True))
        for name in NAMES:
            (folder / name).mkdir()
        subprocess.run(
            ["cp", "-a", str(migrated / "postgres" / "cluster"), str(self.data(NAMES[0]))],
            check=True,
        )
        for name in NAMES:
            self.configuration(name).write_text(self._words(name))
            self._account.give(folder / name)
            self._account.give(self.configuration(name))

    def data(self, name: str) -> Path:
        return self.folder / name / "cluster"

    def configuration(self, name: str) -> Path:
        return self.folder / name / "patroni.yml"

    def _words(self, name: str) -> str:
        """The example, for this machine."""
        words = EXAMPLE.read_text()
        password = (self._secrets / "postgres").read_text().strip()
        for pattern, value in (
            (r"(?m)^name: one", f"name: {name}"),
            (r"10\.0\.0\.1:8008", f"127.0.0.1:{self._rest[name]}"),
            (r"hosts: 10\.0\.0\.1:2379.*", f"hosts: 127.0.0.1:{self.etcd}"),
            (r"10\.0\.0\.1:5432", f"127.0.0.1:{self.ports[name]}"),
            (r"bin_dir: .*", f"bin_dir: {self._software.binaries}"),
            (r"data_dir: .*", f"data_dir: {self.data(name)}"),
            (r"pgpass: .*", f"pgpass: {self.folder / name / '.pgpass'}"),
            (r"CHANGE-\d", password),
            # Roles are made with a cluster of Patroni's own; this one was there before.
            (r"username: replicator", "username: postgres"),
            (r"unix_socket_directories: .*", f"unix_socket_directories: {self.folder / name}"),
            (r"hostssl replication replicator 10\.0\.0\.0/24", "host replication all 127.0.0.1/32"),
            (r"hostssl all all 10\.0\.0\.0/24", "host all all 127.0.0.1/32"),
            # Nobody waits half a minute for a test more often than needed.
            (r"ttl: 30", "ttl: 20"),
            (r"loop_wait: 10", "loop_wait: 2"),
            (r"retry_timeout: 10", "retry_timeout: 5"),
        ):
            words, count = re.subn(pattern, value, words)
            assert count, pattern
        return words

    def url(self) -> str:
        password = (self._secrets / "keng_owner").read_text().strip()
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports.values())
        return f"postgresql://keng_owner:{quote(password)}@{hosts}/keng"

    @contextmanager
    def running(self) -> Iterator[None]:
        with ExitStack() as processes:
            peer = f"http://127.0.0.1:{self._etcd_peer}"
            client = f"http://127.0.0.1:{self.etcd}"
            processes.enter_context(
                self._process(
                    "etcd",
                    *("etcd", "--data-dir", str(self.folder / "etcd"), "--name", "only"),
                    *("--listen-client-urls", client, "--advertise-client-urls", client),
                    *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
                    *("--initial-cluster", f"only={peer}"),
                )
            )
            for number, name in enumerate(NAMES):
                configuration = str(self.configuration(name))
                processes.enter_context(self._process(name, "patroni", configuration))
                if number == 0:
                    # The one that has the data must be the first.
                    eventually(lambda: self.primary() == NAMES[0], "Patroni has no primary")
            eventually(lambda: len(self.in_sync()) == 1, "no standby confirms")
            eventually(lambda: len(self._cluster()) == len(NAMES), "a standby is missing")
            yield

    @contextmanager
    def _process(self, name: str, *command: str) -> Iterator[None]:
        (self.folder / "etcd").mkdir(exist_ok=True)
        self._account.give(self.folder / "etcd")
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, **self._account.process_options()
            )
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)

    def _cluster(self) -> dict[str, str]:
        """What each member is, by Patroni's word."""
        for port in self._rest.values():
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/cluster", timeout=3) as answer,
            ):
                members = json.load(answer)["members"]
                return {
                    each["name"]: each["role"] for each in members if each["state"] != "stopped"
                }
        return {}

    def primary(self) -> str:
        return next((name for name, role in self._cluster().items() if role == "leader"), "")

    def in_sync(self) -> list[str]:
        return [name for name, role in self._cluster().items() if role == "sync_standby"]

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url(), target_session_attrs="read-write", autocommit=True)

    def kill_machine(self, name: str) -> None:
        """PostgreSQL and the Patroni beside it, as with a machine that loses its power."""
        for pid in (self._pid_of_patroni(name), self._pid_of_server(name)):
            os.kill(pid, signal.SIGKILL)

    def _pid_of_server(self, name: str) -> int:
        return int((self.data(name) / "postmaster.pid").read_text().splitlines()[0])

    def _pid_of_patroni(self, name: str) -> int:
        own = f"patroni\0{self.configuration(name)}\0".encode()
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if entry.read_bytes().endswith(own):
                    return int(entry.parent.name)
        raise AssertionError(f"Patroni of {name} does not run.")
