"""A machine whose clock is hours off the database's: what it may not do, and what it says.

The clock of one process is shifted by the library of `faketime`; the machine's is never touched.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cluster.machines import Installation, Machine
from tests.cluster.test_each_process_dies import DANGER
from tests.load.storm import Chatters, eventually
from tests.load.web import Unanswered

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
needs_faketime = pytest.mark.skipif(
    LIBRARY is None, reason="faketime is not installed here: no clock was shifted."
)
HOURS = [3, -3]
_numbers = iter(range(950_000, 960_000))


def shifted(seconds: float) -> dict[str, str]:
    """What has a process believe that it is so much later; it counts seconds as all others do."""
    return {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME": f"{seconds:+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@contextmanager
def clock_shifted(machine: Machine, kind: str, seconds: float) -> Iterator[None]:
    """One process of a machine lives so much later, or earlier, for this block."""
    process = machine.processes[kind]
    process.kill()
    around = "\n".join(f"{name}={value}" for name, value in shifted(seconds).items())
    process.start_and_wait(KENG_TEST_AROUND=around)
    try:
        yield
    finally:
        process.kill()
        process.start_and_wait()


class ChatterOfMachine(Chatters):
    """Writes to the edge of one machine, past the proxy."""

    def __init__(self, installation: Installation, machine: Machine) -> None:
        ports = [0, 0, machine.ports["edge"]]
        super().__init__(SimpleNamespace(ports=ports, data=installation.data), at_once=1)

    def status_of(self, text: str) -> int:
        """What one try is answered."""
        before = self.journal.answers.copy()
        with suppress(Unanswered):
            self.write(text)
        ((status, _count),) = (self.journal.answers - before).items()
        return status


def says_clock(health: tuple[int, str]) -> bool:
    """Beside it stand the signs of life of the others, which one process alone finds too old."""
    _status, waits_for = health
    return "clock" in waits_for.split(", ")


def tips_of(installation: Installation, text: str) -> int:
    ((count,),) = installation.ask("SELECT count(*) FROM tips_tip WHERE text = %s", text)
    return int(count)


def rounds_for(installation: Installation, text: str) -> int:
    rows = installation.ask(
        "SELECT a.rounds FROM tips_alarm a JOIN tips_tip t ON t.id = a.tip_id WHERE t.text = %s",
        text,
    )
    return int(rows[0][0]) if rows else 0


@needs_faketime
@pytest.mark.parametrize("hours", HOURS)
def test_an_edge_with_a_wrong_clock_refuses_nobody(installation: Installation, hours: int) -> None:
    """By its clock every message is too old, or of the future. Refused, it would be lost."""
    one, two = installation.machines
    wrong, right = ChatterOfMachine(installation, one), ChatterOfMachine(installation, two)
    text = DANGER.format(number=next(_numbers))
    with clock_shifted(one, "edge", hours * 3600):
        # It says so once it is connected: until then it would take nobody's message.
        eventually(lambda: says_clock(one.health("edge")), 20, "its health says nothing")
        assert wrong.status_of(text) == 503
        assert two.health("edge") == (200, "")
        # Through the proxy it comes to the other edge, and is there once.
        proxied = Chatters(installation.people, at_once=1)
        proxied.write(text)
        assert right.status_of(text) == 200
    assert tips_of(installation, text) == 1
    eventually(lambda: rounds_for(installation, text) > 0, 40, "nobody is called")


@needs_faketime
def test_a_clock_that_is_an_hour_ahead_holds_up_no_call_for_help(
    installation: Installation,
) -> None:
    """Within what a provider may be late, messages are taken; they are read and called for."""
    one, _two = installation.machines
    text = DANGER.format(number=next(_numbers))
    with clock_shifted(one, "edge", 5400):
        people = ChatterOfMachine(installation, one)
        eventually(lambda: people.status_of(text) == 200, 20, "it is put off")
        eventually(lambda: rounds_for(installation, text) > 0, 40, "nobody is called")
    assert tips_of(installation, text) == 1


@needs_faketime
@pytest.mark.parametrize("hours", HOURS)
def test_calls_go_on_after_a_worker_whose_clock_was_wrong(
    installation: Installation, hours: int
) -> None:
    """What it wrote down as the time of the next call does not keep the next worker waiting."""
    one, two = installation.machines
    text = DANGER.format(number=next(_numbers))
    two.processes["worker@alarm"].kill()
    try:
        with clock_shifted(one, "worker@alarm", hours * 3600):
            assert ChatterOfMachine(installation, one).status_of(text) == 200
            eventually(lambda: rounds_for(installation, text) > 0, 40, "nobody is called")
            before = rounds_for(installation, text)
        # A worker with the right clock goes on: its next call is due now, not in three hours.
        eventually(lambda: rounds_for(installation, text) > before, 30, "the calls stand still")
    finally:
        two.processes["worker@alarm"].start_and_wait()


@needs_faketime
@pytest.mark.parametrize(("seconds", "level"), [(-10_800, "wrong"), (9, "attention")])
def test_the_doctor_of_that_machine_says_whose_clock(
    installation: Installation, seconds: int, level: str
) -> None:
    one, _two = installation.machines
    answer = subprocess.run(
        [sys.executable, "-m", "keng.cli", "doctor", "--json"],
        env=one.environment | shifted(seconds),
        capture_output=True,
        text=True,
        check=False,
    )
    said = {check["name"]: check for check in json.loads(answer.stdout)["checks"]}
    assert said["clock"]["level"] == level, said["clock"]
    assert ("behind the database" if seconds < -60 else "differ by 9 s") in said["clock"]["text"]
