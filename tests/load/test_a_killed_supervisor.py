"""A process is killed, then only the parent of all: each is mended, and nobody goes on unseen."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from keng.runtime.postgres.postmaster import command_line
from tests.stack import Stack

WITHIN = 60
# It takes a fraction of a second, and longer while the child before it still starts.
NOTICED_WITHIN = 10.0


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Each test leaves it running."""
    with Stack() as started:
        yield started


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def members(group: int) -> list[int]:
    """The processes of a group: whatever a process has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        pid = int(process.name)
        with suppress(ProcessLookupError):
            if os.getpgid(pid) == group and command_line(pid):
                found.append(pid)
    return found


def seconds_until_noticed(stack: Stack, name: str, pid: int) -> float:
    """From kill -9 until it is on record that `name` has ended."""
    log, words = stack.data / "logs" / "keng.log", f"{name} ended with"
    before = log.read_text().count(words) if log.exists() else 0
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    while not log.exists() or log.read_text().count(words) == before:
        assert time.monotonic() - began < WITHIN, f"nobody noticed the end of {name}"
        time.sleep(0.02)
    return time.monotonic() - began


def wait_until_it_answers(address: str) -> None:
    deadline = time.monotonic() + WITHIN
    while True:
        with suppress(OSError), urlopen(address, timeout=5) as answer:
            assert answer.status == 200
            return
        assert time.monotonic() < deadline, f"{address} does not answer"
        time.sleep(0.1)


def test_every_killed_process_is_noticed_and_mended(stack: Stack) -> None:
    sites = {
        "public": stack.public,
        "desk": f"{stack.desk}/health/",
        "edge": f"{stack.edge}/health",
    }
    for name in (*sites, "worker", "worker-alarm", "sender", "zalo_fake"):
        killed = stack.pid(name)
        took = seconds_until_noticed(stack, name, killed)
        print(f"{name}: noticed after {took:.2f} s")
        assert took < NOTICED_WITHIN
        stack.wait_until_replaced(name, killed)
        assert members(killed) == []
        if name in sites:
            wait_until_it_answers(sites[name])


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(stack: Stack) -> None:
    children = stack.kill_supervisor()
    # And the opener is none of them: nobody has asked it anything.
    assert len(children) == 8
    deadline = time.monotonic() + WITHIN
    while left := [
        *(pid for pid in children if command_line(pid)),
        *(port for port in stack.ports if is_taken(port)),
    ]:
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.1)
    stack.start()
    with urlopen(stack.public) as answer:
        assert answer.status == 200
