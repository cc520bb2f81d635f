"""Only the parent of all is killed: nobody goes on behind its back, and the next start works."""

import socket
import time
from urllib.request import urlopen

from keng.cli.postgres.postmaster import command_line
from tests.stack import Stack

WITHIN = 60


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works() -> None:
    with Stack() as stack:
        children = stack.kill_supervisor()
        assert len(children) == 7
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
