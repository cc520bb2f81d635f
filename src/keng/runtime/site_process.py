"""How each of the three sites is served: by granian's worker, in the process that was started.

    python -m keng.runtime.site_process HOST PORT MODULE:NAME

`NAME()` is a function that makes the application.

The command `granian` would start the worker as a second process and watch over it, for 18 MB each.
Whoever started this one does that already, supervisor or service manager: it is begun anew when it
ends, and ended whole. Only that an answer may not hold up a stop for ever is done here.
"""

import importlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

log = logging.getLogger(__name__)
# After a request to stop; the supervisor ends it by force some seconds later.
ANSWERS_END_WITHIN = 15.0
_LOG_SETTINGS = Path(__file__).parent / "supervisor" / "granian_logs.json"
_Application = Callable[[Any, Any, Any], Awaitable[None]]


class SiteInOneProcess(MPServer):
    """Takes connections and answers them in the process in which it is made."""

    def serve_here(self) -> None:
        """Until SIGTERM or Ctrl-C, when what is being answered has come to its end."""
        self._init_shared_socket()  # type: ignore[no-untyped-call] # of granian
        load = partial(_application_that_ends, self.target)
        worker = self._spawn_worker(0, self._spawn_asgi_lifespan_worker, load)
        worker.inner.run()


def site_server(host: str, port: int, target: str) -> SiteInOneProcess:
    """Its own lines are as ours are."""
    return SiteInOneProcess(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=json.loads(_LOG_SETTINGS.read_text()),
    )


class _EndsInTime:
    """An application whose process is ended where its answers are not, after a request to stop."""

    def __init__(self, application: _Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            # The server listens by now, in its loop: it hears the signal beside what is set here.
            for number in (signal.SIGTERM, signal.SIGINT):
                former = signal.getsignal(number)
                signal.signal(number, partial(_end_in_time, former))
        await self._application(scope, receive, send)


def _end_in_time(former: Any, number: int, frame: FrameType | None) -> None:
    timer = threading.Timer(ANSWERS_END_WITHIN, _end_at_once)
    timer.daemon = True
    timer.start()
    if callable(former):
        former(number, frame)


def _end_at_once() -> None:
    log.warning("What was being answered did not end within %.0f s.", ANSWERS_END_WITHIN)
    os._exit(0)


def _application_that_ends(target: str) -> _Application:
    module, _colon, name = target.partition(":")
    found = getattr(importlib.import_module(module), name.removesuffix("()"))
    return _EndsInTime(found() if name.endswith("()") else found)


def main(words: list[str]) -> None:
    """Serve, then end as granian's own process does: its threads are not waited for."""
    host, port, target = words
    site_server(host, int(port), target).serve_here()
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
