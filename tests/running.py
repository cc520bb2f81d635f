"""One process of the product against the database of a test, as its own role.

with running("edge") as edge:
    edge.url, edge.process, edge.output()
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from keng.kit import alive
from keng.kit.database import Process, dsn
from keng.runtime.supervisor.children import SITE_PROCESS
from keng.runtime.tests.rights import give_rights
from tests.stack import free_ports

READY_WITHIN = 30.0
STOP_WITHIN = 20.0
APPLICATIONS: dict[Process, str] = {
    "edge": "keng.edge.asgi:application",
    "desk": "keng.site.asgi_desk:application",
}


@dataclass(frozen=True)
class Running:
    """A started process and where it listens."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def output(self) -> str:
        """Everything it has said so far."""
        return self.log.read_text(errors="replace")

    def signal_all(self, number: int) -> None:
        """To the process and whatever it has started: the server's workers are children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def stop(self) -> int:
        """Ask it to end, and wait."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_WITHIN)


@contextlib.contextmanager
def running(
    process: Process, *words: str, waits: bool = True, **environment: str
) -> Iterator[Running]:
    """A site as granian serves it, or `keng worker WORDS`; an edge that `waits` once it is well."""
    connection.ensure_connection()
    give_rights()
    # All workers of a run share one folder: a process that another test killed is not missed here.
    alive.forget_signs()
    (port,) = free_ports(1)
    with tempfile.NamedTemporaryFile(prefix="keng-running-", suffix=".log") as log:
        started = subprocess.Popen(
            [*_command(process, port), *words],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(process) | environment,
            start_new_session=True,
        )
        found = Running(started, port, Path(log.name))
        try:
            if waits and process == "edge":
                _wait_until_well(found)
            yield found
        finally:
            if started.poll() is None:
                started.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    started.wait(STOP_WITHIN)
            found.signal_all(signal.SIGKILL)
            started.wait()
            # Killed ones cannot say themselves that nobody need miss them.
            alive.forget_signs()


def _command(process: Process, port: int) -> list[str]:
    if process in APPLICATIONS:
        return [
            *(sys.executable, "-m", SITE_PROCESS, "127.0.0.1", str(port)),
            APPLICATIONS[process],
        ]
    return [sys.executable, "-m", "keng.cli", process]


def _environment(process: Process) -> dict[str, str]:
    own = f"KENG_DATABASE_URL_{process.upper()}"
    database = connection.settings_dict["NAME"]
    return os.environ | {
        "KENG_PROCESS": process,
        own: make_conninfo(dsn(process), dbname=database),
        "DJANGO_SETTINGS_MODULE": "keng.site.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_well(edge: Running) -> None:
    until = time.monotonic() + READY_WITHIN
    answer: OSError | None = None
    while time.monotonic() < until:
        if edge.process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{edge.url}/health", timeout=2).close()
        except OSError as error:
            answer = error
        else:
            return
        time.sleep(0.05)
    missed = alive.silent_processes()
    raise AssertionError(
        f"The edge did not become well ({answer}; silent: {missed}):\n{edge.output()}"
    )
