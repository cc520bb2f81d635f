"""Hands a process's metrics to the operator's monitor, at the loopback address and nowhere else.

Off unless KENG_METRICS_PORT is set: each process has its own port, counted on from that one. What
is asked here reads memory and a few files, never the database, so it answers while that is away.
"""

import logging
import os
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import CollectorRegistry

logger = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
METRICS_PATH = "/metrics"
# In the order of their ports.
MEASURED_PROCESSES = (
    *("public", "desk", "edge", "worker", "sender", "supervisor"),
    # Where such a class has a process of its own.
    *("worker-alarm", "worker-slow"),
)
_ANSWERS_WITHIN = 5.0
_REQUEST_WITHIN = 10.0
_MOST_AT_ONCE = 4
_BINDS_AGAIN_AFTER = 5.0


def metrics_port(process: str) -> int | None:
    """Where this process hands out its own; None where the operator wants none."""
    first = os.environ.get("KENG_METRICS_PORT", "")
    if not first or process not in MEASURED_PROCESSES:
        return None
    return int(first) + MEASURED_PROCESSES.index(process)


def serve_metrics(process: str, registry: "Callable[[], CollectorRegistry]") -> None:
    """Until the process ends, beside its work; nothing where the operator wants none.

    `registry` is asked only where they are wanted. A port in use is tried again and again: no tip
    is lost for the sake of a monitor.
    """
    port = metrics_port(process)
    if port is None:
        return
    threading.Thread(target=_serve_on, args=(port, registry()), name="metrics", daemon=True).start()


def _serve_on(port: int, registry: "CollectorRegistry") -> None:
    while True:
        try:
            server = MetricsServer(port, registry)
        except OSError as error:
            logger.warning("Metrics: port %s is not to be had (%s).", port, type(error).__name__)
            time.sleep(_BINDS_AGAIN_AFTER)
        else:
            server.serve_forever()


class MetricsServer(ThreadingHTTPServer):
    """A few callers at once; who is slow is let go."""

    daemon_threads = True
    request_queue_size = 8

    def __init__(self, port: int, registry: "CollectorRegistry") -> None:
        self.registry = registry
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__((LOOPBACK, port), _MetricsRequest)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # Each wait has an end of its own, and who sends a byte at a time would begin it anew.
        end = threading.Timer(_REQUEST_WITHIN, _hang_up, (request,))
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no news; without this its address would stand in the log."""


def _hang_up(request: socket.socket) -> None:
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


class _MetricsRequest(BaseHTTPRequestHandler):
    timeout = _ANSWERS_WITHIN
    server: MetricsServer

    def do_GET(self) -> None:
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 -- the
        # supervisor loads this module, and the library only where metrics are wanted.

        if self.path != METRICS_PATH:
            self._answer(404, "text/plain; charset=utf-8", b"")
            return
        try:
            text = generate_latest(self.server.registry)
        except Exception:
            logger.exception("Metrics: a figure could not be collected.")
            self._answer(500, "text/plain; charset=utf-8", b"")
            return
        self._answer(200, CONTENT_TYPE_LATEST, text)

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody's address in a log."""
