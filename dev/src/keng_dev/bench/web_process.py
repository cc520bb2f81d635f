"""A process of the product that answers requests, as the supervisor starts it, for a bench."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from keng.runtime.supervisor.children import SITE_PROCESS
from keng.runtime.supervisor.ports import listening_address
from keng_dev.bench.scratch import Bench

_APPLICATIONS = {
    "public": "keng.site.asgi_public:application",
    "desk": "keng.site.asgi_desk:application",
    "edge": "keng.edge.asgi:application",
}
_FIRST_PAGES = {"public": "/", "desk": "/", "edge": "/health"}
_ANSWERS_WITHIN = 60


@contextmanager
def running_web_process(
    bench: Bench, name: str, port: int, *, application: str = "", **environment: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """It answers at this port once the context is entered.

    `application` is a function that makes another one than the product's, for the same process.
    """
    served = f"{application}()" if application else _APPLICATIONS[name]
    words = (listening_address(), str(port), served)
    command = [sys.executable, "-m", SITE_PROCESS, *words]
    variables = bench.environment(name) | environment
    with subprocess.Popen(command, env=variables) as process:
        try:
            _wait_until_it_answers(port, _FIRST_PAGES[name])
            yield process
        finally:
            process.terminate()
            process.wait(30)


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.socket() as free:
        free.bind((listening_address(), 0))
        return int(free.getsockname()[1])


def _wait_until_it_answers(port: int, path: str) -> None:
    until = time.monotonic() + _ANSWERS_WITHIN
    while True:
        try:
            urlopen(f"http://{listening_address()}:{port}{path}", timeout=20).close()
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
