"""How often somebody may ask: kept in this process's memory only, and under no address.

Two rules, for whom they meet. `RateLimits` is for the edge and for chats (`ChatThrottle`), where
programs ask: a refused try does not count, so whoever keeps asking gets through at the steady pace.
`FormThrottle` is for forms that a person fills in: a try while slowed counts too, so insisting
makes it longer. Each limit stands beside what it bounds, with how many at once and how many after.

Sign-in has figures and rules of its own (`accounts.guessing`). What all processes together take in
an hour is counted in the table itself, where it is written.

What is counted stands under a hash, so nothing here says who asked: the key of the first changes
every hour and the counts go with it, that of the second dies with the process.
"""

import hashlib
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal
from weakref import WeakSet

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_MOST_NETWORKS = 20_000
_KEY_LIVES = 3600.0
# One household or office and not one device: whoever has many addresses has them side by side.
_V4_BITS, _V6_BITS = 24, 48
_MOST_CLIENTS = 20_000
_KEY = os.urandom(32)
# With IPv6 one line has more addresses than could ever be counted: it is known by its network,
# which is what a provider gives to one line at most; within it the other end chooses.
_LINE_BITS = 56
_all_counts: "WeakSet[RateLimits | FormThrottle]" = WeakSet()


class TokenBucket:
    """So many at once, then one more for each part of a second."""

    __slots__ = ("_at", "_left", "_most", "_rate")

    def __init__(self, *, at_once: int, per_second: float, now: float) -> None:
        self._most, self._rate = float(at_once), per_second
        self._left, self._at = self._most, now

    def wait(self, now: float) -> float:
        """Take one and answer 0, or take none: the seconds until there is one."""
        self._left, self._at = self.left(now), now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate

    def left(self, now: float) -> float:
        """How many there are by now, without taking one."""
        return min(self._most, self._left + (now - self._at) * self._rate)

    def give_back(self) -> None:
        """One that was taken does not count after all."""
        self._left = min(self._most, self._left + 1)

    @property
    def is_empty(self) -> bool:
        """Whether the next one has to wait, as far as was asked last."""
        return self._left < 1


class RateLimits:
    """A bucket for each network (or whoever asks), and perhaps one for the whole process."""

    def __init__(
        self,
        *,
        network: tuple[int, float],
        process: tuple[int, float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Each as (at once, per second); nought at once for a network means no limit."""
        self._network, self._process, self._clock = network, process, clock
        self._lock = threading.Lock()
        self._all: TokenBucket | None
        self.forget()
        _all_counts.add(self)

    def wait(self, network: str) -> float:
        """0, or the seconds after which this network may ask again."""
        with self._lock:
            now = self._clock()
            if now - self._since > _KEY_LIVES:
                self._renew(now)
            if self._network[0]:
                seconds = self._bucket(network, now).wait(now)
                if seconds:
                    return seconds
            return self._all.wait(now) if self._all else 0.0

    def forget(self) -> None:
        """Know of nobody (for tests)."""
        now, self._all = self._clock(), None
        if self._process:
            at_once, per_second = self._process
            self._all = TokenBucket(at_once=at_once, per_second=per_second, now=now)
        self._renew(now)

    def _bucket(self, network: str, now: float) -> TokenBucket:
        known = hashlib.blake2b(network.encode(), key=self._key, digest_size=16).digest()
        bucket = self._buckets.get(known)
        if bucket is None:
            if len(self._buckets) >= _MOST_NETWORKS:
                # The one that began first: a crowd of addresses must not empty all the others.
                del self._buckets[next(iter(self._buckets))]
            at_once, per_second = self._network
            bucket = TokenBucket(at_once=at_once, per_second=per_second, now=now)
            self._buckets[known] = bucket
        return bucket

    def _renew(self, now: float) -> None:
        self._key, self._since = os.urandom(32), now
        self._buckets: dict[bytes, TokenBucket] = {}


class ChatThrottle:
    """RateLimits for people in a chat: who asks too often is told so, once in ten minutes."""

    def __init__(self, *, at_once: int, per_second: float) -> None:
        self._asked = RateLimits(network=(at_once, per_second))
        self._told = RateLimits(network=(1, 1 / 600))

    def refusal(self, who: bytes | None) -> Literal["", "tell", "silent"]:
        """Count one more of this chat; "" when it is answered."""
        known = (who or b"").hex()
        if not self._asked.wait(known):
            return ""
        return "silent" if self._told.wait(known) else "tell"


def limit_of_setting(name: str, default: str) -> tuple[int, float]:
    """How many at once and how many a second, as an operator sets both: "120,0.1"."""
    at_once, _comma, per_second = (os.environ.get(name) or default).partition(",")
    return int(at_once), max(float(per_second or 1), 0.001)


def network_of_request(request: HttpRequest) -> str:
    """The network a request comes from."""
    return network_of_address(client_address(request))


def network_of_scope(scope: Mapping[str, object], *, behind_proxy: bool) -> str:
    """The network a request comes from; behind the proxy, the last word of the proxy counts."""
    client = scope.get("client")
    address = str(client[0]) if isinstance(client, (tuple, list)) and client else ""
    if behind_proxy:
        for name, value in scope["headers"]:  # type: ignore[attr-defined]
            if name == b"x-forwarded-for":
                address = value.decode("latin-1").rpartition(",")[2].strip()
    return network_of_address(address)


def network_of_address(address: str) -> str:
    """The network of an address; empty if it is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None) or found
    bits = _V4_BITS if mapped.version == 4 else _V6_BITS
    return str(ip_network((mapped, bits), strict=False))


class FormThrottle:
    """So many at once for one client, then one more for each pause."""

    def __init__(self, *, at_once: int, pause: float) -> None:
        self.at_once, self.pause = at_once, pause
        self._lock = threading.Lock()
        self._counts: dict[bytes, tuple[float, float]] = {}
        _all_counts.add(self)

    def seconds_to_wait(self, request: HttpRequest, weight: int = 1) -> int:
        """Count one more; 0, or how long this client should wait before the next one."""
        client, now = client_mark(request), time.monotonic()
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


def ask_to_wait(response: HttpResponse, seconds: float) -> HttpResponse:
    """The response, which says to programs as well when to come again; as it is for 0 seconds."""
    if seconds:
        response.status_code = 429
        response.headers["Retry-After"] = str(math.ceil(seconds))
    return response


def forget_all_counts() -> None:
    """As if nobody had asked for anything (for tests)."""
    for counts in _all_counts:
        counts.forget()


def client_address(request: HttpRequest) -> str:
    """Where a request comes from: never to be kept or written down."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_TLS:
        # Behind the proxy every request comes from the proxy; its last word is whom it spoke with.
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    return address


def client_mark(request: HttpRequest) -> bytes:
    """The line a request comes from, as a hash that only this process can make again."""
    return hashlib.blake2b(_line(client_address(request)), key=_KEY, digest_size=16).digest()


def _line(address: str) -> bytes:
    try:
        found = ip_address(address)
    except ValueError:
        return address.encode()
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return found.packed[: _LINE_BITS // 8]
    return getattr(found, "ipv4_mapped", found).packed
