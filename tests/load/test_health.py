"""Each state in which an installation can be broken has its line in `keng doctor`, and `/health`.

One running installation with its own data; what stands still is let go again after each state. What
needs no process stands beside the code (src/keng/cli/tests/test_doctor.py).
"""

import argparse
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from keng.cli import doctor
from keng.cli.checks.check import Finding, FindingLevel
from keng.kit import alive
from keng.kit.database import dsn
from keng.runtime.tests.chance import is_nightly
from keng.runtime.tests.read_only import database_that_only_reads
from keng.runtime.tests.template import copy_migrated_data
from tests.stack import free_ports

READY_WITHIN = 90
WITHIN = 30
# The whole of it, on a busy machine: each check has a limit of its own.
DOCTOR_WITHIN = 25
KEPT = {"KENG_PG_BINDIR", "KENG_PG_USER"}


class Installation:
    """`keng serve` with fresh data on free ports, and what one does to break it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="keng-health-"))
        # Root's PostgreSQL runs as another account, which must pass this folder.
        self.folder.chmod(0o711)
        self.data = self.folder / "data"
        self.ports = free_ports(4)
        foreign = {name for name in os.environ if name.startswith("KENG_")} - KEPT
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in foreign},
            "KENG_DATA": str(self.data),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        copy_migrated_data(self.data)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "keng.cli", "serve", "--ports", self.words_of_ports],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._output: list[str] = []
        self._is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._is_ready.wait(READY_WITHIN), "\n".join(self._output)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self._reader.join(5)
            if self.process.stdout is not None:
                self.process.stdout.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def words_of_ports(self) -> str:
        return ",".join(map(str, self.ports))

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._output.append(line)
            if "is ready" in line:
                self._is_ready.set()

    def pid(self, name: str) -> int:
        found = json.loads((self.data / "run" / "processes.json").read_text())
        return int(found[name]["pid"])

    def examine(self) -> dict[str, Finding]:
        """What `keng doctor` finds, without a process of its own for each state."""
        return doctor.examine(argparse.Namespace(ports=self.words_of_ports, wrong_settings=[]))

    def run_doctor(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "keng.cli", "doctor", "--ports", self.words_of_ports, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def health(self, name: str, within: float = 5.0) -> int:
        """What the address for a monitor answers; 0 when nothing comes."""
        status, words = self.ask_site(name, "GET", within)
        if status:
            expected = b"ok" if status == 200 else b"try again" if name == "edge" else b""
            assert words == expected, "a stranger learns more than yes or no"
        return status

    def ask_site(self, name: str, method: str, within: float) -> tuple[int, bytes]:
        port = self.ports[("public", "desk", "edge").index(name)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
        try:
            connection.request(method, "/health" if name == "edge" else "/health/")
            with connection.getresponse() as answer:
                return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def wait_for_health(self, expected: dict[str, int]) -> None:
        """A site that stands still is not waited for as long as the others."""
        deadline = time.monotonic() + WITHIN
        while True:
            answers = {site: self.health(site, 5 if expected[site] else 0.5) for site in expected}
            if answers == expected:
                return
            assert time.monotonic() < deadline, answers
            time.sleep(0.1)

    def wait_until_all_work(self) -> None:
        """Every process beats, and every site says so."""
        deadline = time.monotonic() + WITHIN
        names = ("public", "desk", "edge", *alive.WORKER_SIGNS.values(), "sender", "keng")
        while not all(alive.sign_ages().get(name, 99) < 10 for name in names):
            assert time.monotonic() < deadline, alive.sign_ages()
            time.sleep(0.1)
        self.wait_for_health(FINE)

    def ask(self, statement: str, *values: Any) -> None:
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            connection.execute(statement.encode(), values)

    @contextmanager
    def halted(self, *names: str) -> Iterator[None]:
        """SIGSTOP to whole groups; as if it were half a minute ago, which one test waits for."""
        groups = [self.pid(name) for name in names]
        for group in groups:
            os.killpg(group, signal.SIGSTOP)
        try:
            for name in names:
                age(name)
            yield
        finally:
            for group in groups:
                os.killpg(group, signal.SIGCONT)

    @contextmanager
    def halted_postmaster(self) -> Iterator[None]:
        """The parent alone, as a hung one: who is connected goes on."""
        pid = self.pid("postgres")
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def worker_dead_for_good(self) -> Iterator[None]:
        """And nobody starts it again."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            os.killpg(self.pid("worker-alarm"), signal.SIGKILL)
            age("worker-alarm")
            age("keng")
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    @contextmanager
    def moved(self, file: str) -> Iterator[None]:
        path = self.data / file
        aside = self.folder / path.name
        path.rename(aside)
        try:
            yield
        finally:
            aside.rename(path)

    @contextmanager
    def mode(self, folder: str, mode: int) -> Iterator[None]:
        path = self.data / folder
        path.mkdir(mode=0o700, exist_ok=True)
        before = path.stat().st_mode
        path.chmod(mode)
        try:
            yield
        finally:
            path.chmod(before)

    @contextmanager
    def migrated_meanwhile(self) -> Iterator[None]:
        last = "WHERE id = (SELECT max(id) FROM django_migrations)"
        self.ask(f"UPDATE django_migrations SET applied = now() + interval '1 minute' {last}")
        try:
            yield
        finally:
            self.ask(f"UPDATE django_migrations SET applied = now() - interval '1 day' {last}")

    @contextmanager
    def migrated_by_newer_code(self) -> Iterator[None]:
        self.ask(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('tips', '9999_of_tomorrow', now() - interval '1 day')"
        )
        try:
            yield
        finally:
            self.ask("DELETE FROM django_migrations WHERE name = '9999_of_tomorrow'")

    @contextmanager
    def server_that_only_reads(self) -> Iterator[None]:
        """To whoever comes new, as a standby."""
        with database_that_only_reads(dsn("owner")):
            yield

    @contextmanager
    def clock_set_forward(self) -> Iterator[None]:
        """As the supervisor would see it: the clock stood ten minutes lower when it began."""
        file = alive.signs_folder() / "clock"
        before = file.read_text()
        file.write_text(repr(float(before) - 600))
        try:
            yield
        finally:
            file.write_text(before)


def age(name: str) -> None:
    past = time.time() - alive.PROCESS_SILENT_AFTER - 5
    os.utime(alive.signs_folder() / name, (past, past))


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    made = Installation()
    made.start()
    try:
        yield made
    finally:
        made.stop()


NOT_SET_UP = {"setup", "backup"}
"""The checks that warn in a fresh installation: all that first-day.md sets up."""
LOAD_THE_PRODUCT = NOT_SET_UP | {"resealing", "retention"}
"""The checks that ask the product, which is loaded here with the settings of the tests."""


@pytest.fixture(autouse=True)
def of_this_installation(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process looks where the installation lies, as somebody at its keyboard."""
    for name in [name for name in os.environ if name.startswith("KENG_")]:
        if name not in KEPT:
            monkeypatch.delenv(name)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("KENG_DATA", str(installation.data))
    # None of them is a state of this table; by its own process doctor asks them all.
    kept = tuple(check for check in doctor.CHECKS if check.name not in LOAD_THE_PRODUCT)
    monkeypatch.setattr(doctor, "CHECKS", kept)
    installation.wait_until_all_work()


@dataclass(frozen=True)
class State:
    """What is broken, which lines say so, the exit code, and what the monitors hear."""

    make: Callable[[Installation], Any]
    lines: dict[str, tuple[FindingLevel, str]]
    code: int
    health: dict[str, int]


FINE = {"public": 200, "desk": 200, "edge": 200}
BAD = {"public": 503, "desk": 503, "edge": 503}
WRONG, ATTENTION = FindingLevel.WRONG, FindingLevel.ATTENTION
STATES = {
    "alarms and sender hung": State(
        lambda it: it.halted("worker-alarm", "sender"),
        {"worker-alarm": (WRONG, "nobody is called"), "sender": (WRONG, "nothing is sent")},
        1,
        BAD,
    ),
    "worker dead for good": State(
        Installation.worker_dead_for_good,
        {"worker-alarm": (WRONG, "no sign of life"), "supervisor": (ATTENTION, "stands still")},
        1,
        BAD,
    ),
    "edge hung": State(
        lambda it: it.halted("edge"),
        {"edge": (WRONG, "no message of a chat comes in")},
        1,
        {"public": 503, "desk": 503, "edge": 0},
    ),
    "desk hung": State(
        lambda it: it.halted("desk"),
        {"desk": (WRONG, "nobody can read tips")},
        1,
        {"public": 200, "desk": 0, "edge": 200},
    ),
    "postmaster hung": State(
        Installation.halted_postmaster,
        {"database": (WRONG, "does not answer"), "roles": (FindingLevel.UNKNOWN, "database")},
        1,
        BAD,
    ),
    "server only reads": State(
        Installation.server_that_only_reads,
        {"database": (WRONG, "only reads")},
        1,
        BAD,
    ),
    "site key missing": State(
        lambda it: it.moved("secrets/site.key"),
        {"keys": (WRONG, "site.key is missing")},
        1,
        FINE,
    ),
    "sender key missing": State(
        lambda it: it.moved("keys/sender.key"),
        {"keys": (WRONG, "sender.key is missing")},
        1,
        FINE,
    ),
    "clock set meanwhile": State(
        Installation.clock_set_forward,
        {"clock": (ATTENTION, "set forward by 10 minutes")},
        2,
        FINE,
    ),
    "migrated under running processes": State(
        Installation.migrated_meanwhile,
        {"restart": (ATTENTION, "migrated after")},
        2,
        FINE,
    ),
    "database newer than the code": State(
        Installation.migrated_by_newer_code,
        {"migrations": (WRONG, "tips 9999_of_tomorrow")},
        1,
        FINE,
    ),
    "secrets open": State(
        lambda it: it.mode("secrets", 0o755),
        {"permissions": (WRONG, "chmod go=")},
        1,
        FINE,
    ),
    "keys open": State(
        lambda it: it.mode("keys", 0o755),
        {"permissions": (WRONG, "can be read by other accounts")},
        1,
        FINE,
    ),
    "heads open": State(
        lambda it: it.mode("audit", 0o777),
        {"permissions": (WRONG, "can be changed by other accounts")},
        1,
        FINE,
    ),
    "logs open": State(
        lambda it: it.mode("logs", 0o755),
        {"permissions": (ATTENTION, "can be read by other accounts")},
        2,
        FINE,
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_a_state_has_its_line_its_exit_code_and_its_word_to_a_monitor(
    name: str, installation: Installation
) -> None:
    state = STATES[name]
    with state.make(installation):
        began = time.monotonic()
        found = installation.examine()
        took = time.monotonic() - began
        installation.wait_for_health(state.health)
    for line, (level, words) in state.lines.items():
        assert found[line].level is level, found[line]
        assert words in found[line].text
    assert doctor.exit_code(found) == state.code
    assert took < DOCTOR_WITHIN


def test_what_is_well_is_said_to_be_well_and_nothing_is_changed(
    installation: Installation,
) -> None:
    before = listing(installation)
    answer = installation.run_doctor("--json")
    said = json.loads(answer.stdout)
    bad = [each for each in said["checks"] if each["level"] != "ok"]
    assert {each["name"] for each in bad} == NOT_SET_UP
    assert (answer.returncode, said["code"], said["result"]) == (2, 2, "attention")
    assert answer.stderr == ""
    assert doctor.exit_code(installation.examine()) == 0
    assert listing(installation) == before


def test_a_stranger_learns_nothing_else(installation: Installation) -> None:
    for site in FINE:
        assert installation.ask_site(site, "POST", 5)[0] == 405
        assert installation.ask_site(site, "HEAD", 5) == (200, b"")


@pytest.mark.skipif(not is_nightly(), reason="waits for half a minute: at night")
def test_a_process_that_stands_still_is_missed_within_half_a_minute(
    installation: Installation,
) -> None:
    began = time.monotonic()
    os.killpg(installation.pid("worker-alarm"), signal.SIGSTOP)
    try:
        while installation.health("public") != 503:
            assert time.monotonic() - began < 30
            time.sleep(0.2)
        assert installation.examine()["worker-alarm"].level is WRONG
    finally:
        os.killpg(installation.pid("worker-alarm"), signal.SIGCONT)


def listing(installation: Installation) -> list[str]:
    """Every file and folder but those that running processes come and go with.

    The worker writes the first list of what was destroyed within a minute of its start.
    """
    moving = (
        "postgres/cluster",
        "keys/worker",
        "run/alive",
        "audit",
        "destroyed",
        "logs",
        "static",
    )
    found = (str(path.relative_to(installation.data)) for path in installation.data.rglob("*"))
    return sorted(path for path in found if not path.startswith(moving))
