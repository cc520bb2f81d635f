"""Slowing down whoever asks a page too often, by address, without keeping it.

With IPv6 one line has more addresses than could ever be counted: it is known by its network.

For forms that a person fills in: a try while slowed counts too, so insisting makes it longer. At
the edge and in chats, where programs ask, `limits` counts by network and takes no notice of those.

Counted is in this process's memory only, under a hash whose key is made at the start and dies with
the process.
"""

import hashlib
import os
import threading
import time
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

_MOST_CLIENTS = 20_000
_KEY = os.urandom(32)
# What a provider gives to one line at most; within it the other end chooses.
_LINE_BITS = 56


class Slowing:
    """So many at once for one client, then one more for each pause."""

    def __init__(self, *, at_once: int, pause: float) -> None:
        self.at_once, self.pause = at_once, pause
        self._lock = threading.Lock()
        self._counts: dict[bytes, tuple[float, float]] = {}

    def seconds_to_wait(self, request: HttpRequest, weight: int = 1) -> int:
        """Count one more; 0, or how long this client should wait before the next one."""
        client, now = mark_of(request), time.monotonic()
        with self._lock:
            if len(self._counts) > _MOST_CLIENTS:
                self._counts.clear()
            count, at = self._counts.get(client, (0.0, now))
            count = max(0.0, count - (now - at) / self.pause) + weight
            self._counts[client] = (min(count, self.at_once + 10), now)
        return max(0, round((count - self.at_once) * self.pause))

    def forget(self) -> None:
        """Forget every client (for tests)."""
        with self._lock:
            self._counts.clear()


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: never to be kept or written down."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_TLS:
        # Behind the proxy every request comes from the proxy; its last word is whom it spoke with.
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    return address


def mark_of(request: HttpRequest) -> bytes:
    """The line a request comes from, as a hash that only this process can make again."""
    return hashlib.blake2b(_line(address_of(request)), key=_KEY, digest_size=16).digest()


def _line(address: str) -> bytes:
    try:
        found = ip_address(address)
    except ValueError:
        return address.encode()
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return found.packed[: _LINE_BITS // 8]
    return getattr(found, "ipv4_mapped", found).packed
