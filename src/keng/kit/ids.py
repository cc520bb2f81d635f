"""Time-ordered identifiers (UUIDv7, RFC 9562 section 5.7), and reading them."""

import datetime
import os
import threading
import time
import uuid

from django.http import Http404

from keng.kit.times import COARSE, rounded_down

_lock = threading.Lock()
_last = 0
_last_coarse = (0, 0)
# What is drawn fills 74 bits, from 72 upwards.
_LOW_BITS = (1 << 62) - 1
_LARGEST_DRAWN = (1 << 74) - (1 << 48) - 1


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


def coarse_id() -> uuid.UUID:
    """An id for what a reporter's act makes: it tells the time to five minutes and no better.

    It begins with the start of those five minutes; what follows is drawn, and larger than every one
    this process drew before. Officers see such ids in addresses, and a millisecond beside a
    provider's list of connections is a name. An index grows at its end as with `new_id`: all that
    is made within five minutes lies side by side.
    """
    return uuid.UUID(int=_next_coarse())


def _next_coarse() -> int:
    global _last_coarse  # noqa: PLW0603 -- one monotonic counter per process
    now = datetime.datetime.now(datetime.UTC)
    ticks = int(rounded_down(now, COARSE).timestamp() * 1000)
    with _lock:
        before, drawn = _last_coarse
        if ticks > before or drawn > _LARGEST_DRAWN:
            drawn = int.from_bytes(os.urandom(9))
        # The steps differ so much that they do not count what came between.
        drawn += int.from_bytes(os.urandom(6)) + 1
        _last_coarse = max(ticks, before), drawn
        ticks = _last_coarse[0]
    return ticks << 80 | 0x7 << 76 | (drawn >> 62) << 64 | 0b10 << 62 | drawn & _LOW_BITS


def read_id(text: str) -> uuid.UUID | None:
    """The id that somebody wrote or an address names; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def id_or_404(text: str) -> uuid.UUID:
    """The id that an address or a form of ours names. Raises Http404 where it names none."""
    found = read_id(text)
    if found is None:
        raise Http404
    return found


def first_id(moment: datetime.datetime) -> uuid.UUID:
    """No id made at this moment or later is smaller."""
    return uuid.UUID(int=max(0, int(moment.timestamp() * 1000)) << 80 | 0x7 << 76 | 0b10 << 62)


def first_coarse_id(moment: datetime.datetime) -> uuid.UUID:
    """No coarse id made at this moment or later is smaller; some made just before it are not."""
    return first_id(rounded_down(moment, COARSE))
