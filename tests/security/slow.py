"""Visitors who send slowly, and how quickly a page answers meanwhile."""

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from urllib.parse import urlsplit

DECLARED = 100_000
# Seconds that a page may take longer while others are slow. A site that is blocked answers after
# seconds or not at all; how many milliseconds it costs is measured by `keng bench`, on a machine
# that does nothing else, and not by a test that shares its processors.
SLOWER = 0.5


def open_connection(site: str, source: str = "") -> socket.socket:
    found = urlsplit(site)
    place = (found.hostname, found.port)
    return socket.create_connection(
        place, timeout=20, source_address=(source, 0) if source else None
    )


def begin_form(site: str, path: str, network: str) -> socket.socket:
    """A form of which only the first bytes ever come."""
    connection = open_connection(site)
    connection.sendall(
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {network}\r\n"
        f"Cookie: __Host-keng_csrf={'a' * 32}; __Host-keng_desk_csrf={'a' * 32}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {DECLARED}\r\n\r\na=".encode()
    )
    return connection


@contextmanager
def dribbling(site: str, path: str, count: int, *, networks: int) -> Iterator[list[socket.socket]]:
    """So many forms that do not end, from so many networks, each a few bytes further."""
    with ExitStack() as held:
        forms = []
        for number in range(count):
            at = number % networks
            form = begin_form(site, path, f"10.{at // 250}.{at % 250}.7")
            held.enter_context(form)
            forms.append(form)
        for form in forms:
            try:
                form.sendall(b"b")
            except OSError:
                continue  # one too many for its network: it was answered and closed
        time.sleep(0.5)
        yield forms


def seconds_of(address: str, times: int = 15) -> float:
    """The middle one of several answers."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        with urllib.request.urlopen(address, timeout=20) as answer:
            answer.read()
        found.append(time.perf_counter() - began)
    return median(found)
