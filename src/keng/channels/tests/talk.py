"""Carries a channel's steps over real loopback HTTP, and plays a webhook that listens."""

import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from keng.channels.base import (
    Address,
    HttpChannel,
    Outcome,
    OutgoingMessage,
    Reply,
    Request,
    begin_steps,
    continue_steps,
    outcome_of_transport_failure,
)


class Lost(Exception):
    """The connection broke; `written` says whether the whole request had gone out."""

    def __init__(self, written: bool) -> None:
        super().__init__("connection lost")
        self.written = written


def talk(request: Request, timeout: float = 30.0) -> Reply:
    """One request over a connection of its own."""
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    written = False
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(request.method, target, request.body or None, request.headers)
        written = True
        reply = connection.getresponse()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, headers, reply.read())
    except (OSError, http.client.HTTPException):
        raise Lost(written) from None
    finally:
        connection.close()


def send(
    channel: HttpChannel,
    message: OutgoingMessage,
    address: Address,
    credentials: Mapping[str, str],
    now: datetime,
    *,
    timeout: float = 30.0,
) -> Outcome:
    """What the sender does, in its smallest form."""
    steps = channel.steps(message, address, credentials, now)
    wire = begin_steps(steps)
    while not isinstance(wire, Outcome):
        try:
            reply = talk(wire, timeout)
        except Lost as lost:
            return outcome_of_transport_failure(
                lost.written, delivers=wire.delivers, is_repeatable=wire.is_repeatable
            )
        wire = continue_steps(steps, reply)
    return wire


def get(url: str) -> Any:
    return json.loads(talk(Request("GET", url, {}, b"")).body)


def post(url: str, body: object) -> Any:
    headers = {"content-type": "application/json"}
    return json.loads(talk(Request("POST", url, headers, json.dumps(body).encode())).body)


Heard = tuple[bytes, dict[str, str]]


@contextlib.contextmanager
def listening(answer: Callable[[bytes, dict[str, str]], int]) -> Iterator[tuple[str, list[Heard]]]:
    """A webhook on this machine: its URL, and the list of what it heard so far."""
    heard: list[Heard] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard.append((raw, headers))
            status = answer(raw, headers)
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: tests read the list."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
