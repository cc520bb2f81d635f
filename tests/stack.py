"""The whole product as a stranger starts it: `keng demo --small` on free ports with fresh data.

with Stack() as stack:
    stack.public, stack.desk, stack.edge, stack.zalo    # addresses
    stack.officers["lan"].password, stack.code("lan")   # who to sign in as
    stack.kill("edge"); stack.wait_until_replaced("edge", before)

It begins with the empty tables of keng.runtime.tests.template; `.ci/demo` begins with nothing at
all.
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from keng.runtime.tests.template import copy_migrated_data
from tests.second_factor import SecondFactors

READY_WITHIN = 180
# Linux gives callers 32768 and more; below 20000 are the product's own and what others listen at.
_NOBODYS_CALLS = (20_000, 32_000)
STOP_WITHIN = 120
SIGN_IN = re.compile(r"^  (?P<name>[a-z]+)\s+(?P<password>(?:[a-z0-9]{4}-){3}[a-z0-9]{4})   (.+)$")


@dataclass(frozen=True)
class Officer:
    """Somebody to sign in as."""

    name: str
    password: str
    part: str


class Stack:
    """A running demo. Its data folder outlives a stop, so that it can be started again."""

    def __init__(
        self,
        environment: dict[str, str] | None = None,
        *,
        whole_province: bool = False,
        bare: bool = False,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="keng-stack-"))
        # What root starts runs as other accounts, which must pass this folder.
        self.folder.chmod(0o711)
        self.data = self.folder / "data"
        self.officers: dict[str, Officer] = {}
        self.passphrase = ""
        self.output: list[str] = []
        self.ports = free_ports(4)
        self._second_factors = SecondFactors(self.data)
        # The caller's own, who may add to it before the start.
        self._environment = environment if environment is not None else {}
        # As where people report: what calls for help has a process of its own.
        self._environment.setdefault("KENG_ONE_WORKER", "0")
        self._size = ["--bare"] if bare else [] if whole_province else ["--small"]
        self._ready_within = READY_WITHIN * (5 if whole_province else 1)
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._is_ready = threading.Event()

    @property
    def public(self) -> str:
        return f"http://localhost:{self.ports[0]}"

    @property
    def desk(self) -> str:
        return f"http://localhost:{self.ports[1]}"

    @property
    def edge(self) -> str:
        return f"http://localhost:{self.ports[2]}"

    @property
    def zalo(self) -> str:
        return f"http://127.0.0.1:{self.ports[3]}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Returns when every site answers."""
        if not self.data.exists():
            copy_migrated_data(self.data)
        self._is_ready.clear()
        ports = ",".join(map(str, self.ports))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "keng.cli", "demo", *self._size, "--ports", ports],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        deadline = time.monotonic() + self._ready_within
        while not self._is_ready.wait(0.1):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError("The demo did not start:\n" + "\n".join(self.output[-60:]))

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            code = self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self._reader is not None:
            self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return code

    @property
    def environment(self) -> dict[str, str]:
        """What a `keng` command needs to speak about this stack."""
        foreign = {n for n in os.environ if n.startswith("KENG_")} - {
            "KENG_PG_BINDIR",
            "KENG_PG_USER",
            "KENG_ACCOUNT",
        }
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        # Without the supervisor's own buffering a line of output would come too late to wait for.
        ours = {"KENG_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}
        return {**kept, **ours, **self._environment}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `keng WORDS` beside the running stack."""
        return subprocess.run(
            [sys.executable, "-m", "keng.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def code(self, name: str) -> str:
        """Six digits of somebody's second factor that the desk takes now and were not used yet."""
        return self._second_factors.next_code(name)

    def pid(self, name: str) -> int:
        """public, desk, edge, worker, sender, zalo_fake or postgres; each leads its own group."""
        found = json.loads((self.data / "run" / "processes.json").read_text())
        return int(found[name]["pid"])

    def kill(self, name: str) -> int:
        """kill -9 to a process and the workers it started; the pid it had."""
        pid = self.pid(name)
        if name == "postgres":
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(pid, signal.SIGKILL)
        return pid

    def kill_supervisor(self) -> list[int]:
        """kill -9 to the parent of all, and to nobody else; the pids that its children had."""
        assert self._process is not None
        file = self.data / "run" / "processes.json"
        children = [entry["pid"] for entry in json.loads(file.read_text()).values()]
        self._process.kill()
        self.stop()
        return children

    def wait_until_replaced(self, name: str, before: int, within: float = 30) -> None:
        deadline = time.monotonic() + within
        while self.pid(name) == before:
            if time.monotonic() > deadline:
                raise AssertionError(f"{name} was not started again within {within} s.")
            time.sleep(0.02)

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._hear(line.rstrip("\n"))

    def _hear(self, line: str) -> None:
        self.output.append(line)
        if found := SIGN_IN.match(line):
            name = found["name"]
            self.officers[name] = Officer(name, found["password"], found[3])
        elif line.startswith("Unit keys open with: "):
            self.passphrase = line.split(": ", 1)[1]
        elif line.startswith("Go ahead"):
            self._is_ready.set()


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def free_ports_in_a_row(count: int) -> list[int]:
    """Ports that follow each other, as the metrics of the processes have them.

    Below those that the system gives to whoever calls somewhere (RFC 6335, section 6): a port that
    was free a moment ago could be one end of any other test's connection.
    """
    while True:
        first = random.randrange(*_NOBODYS_CALLS)
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return list(range(first, first + count))
