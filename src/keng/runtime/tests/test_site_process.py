"""A site is one process, which answers what it has begun before it ends, and not for ever."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from keng.runtime.supervisor.children import SITE_PROCESS, child_processes
from keng.runtime.supervisor.ports import Ports
from tests.stack import free_ports

_READY_WITHIN = 30.0
_ENDS_AT_ONCE = f"""
import sys
from {SITE_PROCESS.rpartition(".")[0]} import {SITE_PROCESS.rpartition(".")[2]} as site
site.ANSWERS_END_WITHIN = 0.2
site.main(sys.argv[1:])
"""


def slow_application():
    """Answers with the number of its process, and at `/waits` with the rest after SIGUSR1."""
    may_go = asyncio.Event()

    async def answer(scope, receive, send):
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, may_go.set)
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = scope["path"] == "/waits"
        body = {"type": "http.response.body", "body": str(os.getpid()).encode()}
        await send(body | {"more_body": more})
        if more:
            await may_go.wait()
            await send({"type": "http.response.body", "body": b" whole"})

    return answer


@contextmanager
def served(*command: str):
    """A site with that application, started in this way; its process and its port."""
    (port,) = free_ports(1)
    words = ("127.0.0.1", str(port), f"{__name__}:slow_application()")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, *command, *words], env=environment) as process:
        try:
            until = time.monotonic() + _READY_WITHIN
            while True:
                try:
                    answer_of(port, "/")
                    break
                except ConnectionError:
                    assert time.monotonic() < until
                    assert process.poll() is None
                    time.sleep(0.02)
            yield process, port
        finally:
            process.kill()


@contextmanager
def begun(port: int, path: str):
    """An answer of which the first part has come."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=_READY_WITHIN)
    with closing(caller):
        caller.request("GET", path)
        with caller.getresponse() as answer:
            yield answer


def answer_of(port: int, path: str) -> bytes:
    with begun(port, path) as answer:
        return bytes(answer.read())


def test_who_was_started_answers_itself():
    with served("-m", SITE_PROCESS) as (process, port):
        assert answer_of(port, "/") == str(process.pid).encode()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if children.exists():
            assert children.read_text() == ""


def test_asked_to_stop_it_answers_what_it_has_begun_and_ends_in_order():
    with served("-m", SITE_PROCESS) as (process, port), begun(port, "/waits") as answer:
        own = str(process.pid).encode()
        assert answer.read(len(own)) == own
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGUSR1)
        assert answer.read() == b" whole"
        assert process.wait(_READY_WITHIN) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_answer_without_an_end_does_not_hold_the_stop_up_for_ever(number):
    with served("-c", _ENDS_AT_ONCE) as (process, port), begun(port, "/waits"):
        process.send_signal(number)
        assert process.wait(_READY_WITHIN) == 0


def test_each_site_is_served_so():
    sites = {child.name: child for child in child_processes(Ports(), is_demo=False) if child.port}
    assert set(sites) == {"public", "desk", "edge"}
    for name, child in sites.items():
        assert child.command[-4] == SITE_PROCESS, name
        assert child.command[-2:-1] == (str(child.port),)
