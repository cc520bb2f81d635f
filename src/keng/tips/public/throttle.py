"""Slowing down whoever tries codes, without keeping an address.

A code has 80 bits, so guessing is hopeless and a right code is never held up: thirty people in one
training room share an address. Only wrong ones are counted, in this process's memory, under a hash
whose key is made at the start and dies with the process.
"""

import hashlib
import os
import threading
import time

from django.conf import settings
from django.http import HttpRequest

# So many wrong codes at once, then one more for each pause.
AT_ONCE = 20
PAUSE = 3.0
_MOST_CLIENTS = 20_000
_KEY = os.urandom(32)

_lock = threading.Lock()
_wrong: dict[bytes, tuple[float, float]] = {}


def seconds_to_wait(request: HttpRequest) -> int:
    """Count one wrong code; 0, or how long this client should wait before the next one."""
    client, now = _client(request), time.monotonic()
    with _lock:
        if len(_wrong) > _MOST_CLIENTS:
            _wrong.clear()
        count, at = _wrong.get(client, (0.0, now))
        count = max(0.0, count - (now - at) / PAUSE) + 1
        _wrong[client] = (min(count, AT_ONCE + 10), now)
    return max(0, round((count - AT_ONCE) * PAUSE))


def forget() -> None:
    """Forget every client (for tests)."""
    with _lock:
        _wrong.clear()


def _client(request: HttpRequest) -> bytes:
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_TLS:
        # Behind the proxy every request comes from the proxy; its last word is whom it spoke with.
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    return hashlib.blake2b(address.encode(), key=_KEY, digest_size=16).digest()
