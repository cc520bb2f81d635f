"""Time-ordered identifiers (UUIDv7, RFC 9562 section 5.7), and reading them."""

import datetime
import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """A UUIDv7 that is larger than every one this process made before.

    48 bits of Unix milliseconds, then a counter-like 12 bits from the sub-millisecond clock, then
    62 random bits. Newest-first is therefore `ORDER BY id DESC`.
    """
    return uuid.UUID(int=_next())


def new_hex() -> str:
    """The same as 32 digits, for whoever writes it down at once; PostgreSQL reads that too."""
    return f"{_next():032x}"


def _next() -> int:
    global _last  # noqa: PLW0603 -- one monotonic counter per process
    ticks = time.time_ns() * 4096 // 1_000_000
    with _lock:
        _last = ticks = max(ticks, _last + 1)
    randomness = int.from_bytes(os.urandom(8)) >> 2
    return (ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62 | randomness


def read_id(text: str) -> uuid.UUID | None:
    """The id that somebody wrote or an address names; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def first_id(moment: datetime.datetime) -> uuid.UUID:
    """No id made at this moment or later is smaller."""
    return uuid.UUID(int=max(0, int(moment.timestamp() * 1000)) << 80 | 0x7 << 76 | 0b10 << 62)
