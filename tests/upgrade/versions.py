"""Two versions side by side: the release before as it was cut, and this one with a step more."""

import contextlib
import http.client
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from keng.runtime.upgrade_state import release_before
from tests.architecture.source import ROOT
from tests.stack import free_ports

LOCK = Path("requirements") / "runtime.lock"
READY_WITHIN = 120
STOPS_WITHIN = 60
SITES = {"public": "/", "desk": "/sign-in/", "edge": "/health"}

# What the rehearsal adds to this version, so that there is something to expand and to contract.
_EXPANDS = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("tips", "{last}")]
    operations = [
        migrations.RunSQL("ALTER TABLE tips_tip ADD COLUMN rehearsed text NOT NULL DEFAULT ''"),
        migrations.RunSQL("CREATE TABLE tips_rehearsal (id int)"),
        migrations.RunSQL("CREATE TABLE tips_outworn (id int)"),
    ]
"""
_CONTRACTS = """
from django.db import migrations

CONTRACT = True

class Migration(migrations.Migration):
    dependencies = [("tips", "9001_rehearsal_expands")]
    operations = [migrations.RunSQL("DROP TABLE tips_outworn")]
"""
# The edge may write in the new table, and the desk no longer reads holidays.
_GRANTS = """

GRANTS = {role: dict(tables) for role, tables in GRANTS.items()}
GRANTS["keng_edge"]["tips_rehearsal"] = "INSERT"
del GRANTS["keng_desk"][CONTRACTED_TABLE]
"""
CONTRACTED_TABLE = "places_holiday"


def release_in(folder: Path) -> Path | None:
    """The release before, out of the history of this clone; None where it is not in there."""
    commit = release_before().commit
    packed = folder.with_suffix(".tar")
    with packed.open("wb") as file:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "archive", commit, "src", "dev/src", "requirements"],
            stdout=file,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode != 0:
        return None
    folder.mkdir()
    shutil.unpack_archive(packed, folder, filter="data")
    return folder


def needs_other_packages(release: Path) -> bool:
    """Whether it was locked to packages that are not installed here; more may be."""
    return not _pins(release / LOCK) <= _pins(ROOT / LOCK)


def _pins(lock: Path) -> set[str]:
    """Each package with its version, `name==version`; the lines between are hashes."""
    return {line.split()[0] for line in lock.read_text().splitlines() if "==" in line}


def this_version_in(folder: Path) -> Path:
    """The code here, with a migration to expand, one to contract, a right more and one less."""
    without = shutil.ignore_patterns("__pycache__")
    for part in (Path("src"), Path("dev") / "src"):
        shutil.copytree(ROOT / part, folder / part, ignore=without)
    migrations = folder / "src" / "keng" / "tips" / "migrations"
    last = (migrations / "max_migration.txt").read_text().strip()
    (migrations / "9001_rehearsal_expands.py").write_text(_EXPANDS.replace("{last}", last))
    (migrations / "9002_rehearsal_contracts.py").write_text(_CONTRACTS)
    grants = folder / "src" / "keng" / "site" / "grants.py"
    grants.write_text(
        grants.read_text() + _GRANTS.replace("CONTRACTED_TABLE", repr(CONTRACTED_TABLE))
    )
    return folder


class Version:
    """The code in one folder, run with the packages that are installed here."""

    def __init__(self, folder: Path, data: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        path = os.pathsep.join([str(folder / "src"), str(folder / "dev" / "src")])
        self.environment = {**environment, "PYTHONPATH": path, "KENG_DATA": str(data)}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run_python("-m", "keng.cli", *words)

    def run_python(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=READY_WITHIN * 2,
        )

    def start(self, name: str) -> "VersionProcess":
        """One process, by the line of its unit; on ports of its own."""
        return VersionProcess(self, name)


class VersionProcess:
    """As systemd runs it: started, asked whether it answers, and ended in order."""

    def __init__(self, version: Version, name: str) -> None:
        self.name, self._ports = name, free_ports(4)
        self.port = dict(zip(("public", "desk", "edge"), self._ports, strict=False)).get(name)
        command, _, pace = name.partition("@")
        words = [command, *(["--class", pace] if pace else [])]
        ports = ",".join(map(str, self._ports)) if self.port else ""
        data = Path(version.environment["KENG_DATA"])
        self._log = data.parent / f"{name}-{self._ports[0]}.output"
        with self._log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "keng.cli", *words, *(["--ports", ports] if ports else [])],
                cwd=data.parent,
                env=version.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            assert self._process.poll() is None, self.output
            assert time.monotonic() < until, f"{self.name} is not ready: {self.output}"
            time.sleep(0.1)

    @property
    def output(self) -> str:
        return self._log.read_text()

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(STOPS_WITHIN) == 0, self.output

    def kill(self) -> None:
        """Whatever is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _is_ready(self) -> bool:
        if self.port is None:
            return self._process.poll() is None
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            caller.request("GET", SITES[self.name], headers={"Host": "localhost"})
            # The edge's sums up what does not run here, too.
            return caller.getresponse().status == 200 or self.name == "edge"
        except (OSError, http.client.HTTPException):
            return False
        finally:
            caller.close()


class SwitchedPort:
    """A port that stays, as the proxy's: each new connection goes to where it leads just now."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._server.getsockname()[1]
        self._leads_to = 0
        self._open: dict[int, int] = {}
        self._lock = threading.Lock()

    def lead_to(self, port: int) -> None:
        """As a reload of nginx does: new connections there; back once the others are done."""
        with self._lock:
            before, self._leads_to = self._leads_to, port
        until = time.monotonic() + STOPS_WITHIN
        while self._open.get(before, 0):
            assert time.monotonic() < until, "a connection to the one before stays open"
            time.sleep(0.02)

    @contextlib.contextmanager
    def open(self) -> Iterator["SwitchedPort"]:
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inside, _address = self._server.accept()
                with self._lock:
                    port = self._leads_to
                    self._open[port] = self._open.get(port, 0) + 1
                threading.Thread(target=self._carry, args=(inside, port), daemon=True).start()

    def _carry(self, inside: socket.socket, port: int) -> None:
        try:
            with inside, socket.create_connection(("127.0.0.1", port), timeout=20) as outside:
                other = {inside: outside, outside: inside}
                while True:
                    ready, _, _ = select.select([inside, outside], [], [], 30)
                    if not ready:
                        return
                    for each in ready:
                        data = each.recv(65536)
                        if not data:
                            return
                        other[each].sendall(data)
        except OSError:
            return
        finally:
            with self._lock:
                self._open[port] -= 1
