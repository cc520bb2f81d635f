"""What reading a text costs, so that another process on the machine changes nothing.

Counted is the processor's time of this thread, the least of several tries. What takes less than
FLOOR is never called slow, and what takes longer than LONGEST is not waited for.
"""

import gc
import itertools
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

FLOOR = 0.06
LONGEST = 1.5
_SHORT, _LONG = 5_000, 20_000
# Four times the text costs four times as much, or sixteen times where it is read again for each
# part of it. Eight lies as far from the one as from the other: a busy machine once made less than
# three of the two that twice the text costs.
MOST = 8.0
# A first look, at four times the text as well. What grows no more than this, or stays so cheap
# that even its square is far below FLOOR at the end, needs no second one. Reading again that
# costs as much as to make MOST of the long texts makes _GROWS of these.
_FIRST, _SECOND, _GROWS, _CHEAP = 1_000, 4_000, 5.0, FLOOR / 50


class TooLong(Exception):
    """It had not ended after LONGEST seconds of this process's own time."""


def verdict(read: Callable[[str], object], text_of: Callable[[int], str]) -> str | None:
    """What is wrong with the cost of reading such texts; None when it grows with their length."""
    spent = _spent(read, text_of)
    with _undisturbed():
        try:
            first, second = spent(_FIRST), spent(_SECOND)
            if second < _CHEAP or second <= _GROWS * first:
                return None
            first, second = min(first, spent(_FIRST)), min(second, spent(_SECOND))
            if second <= _GROWS * first:
                return None
            longer = spent(_LONG)
            if longer < FLOOR:
                return None
            shorter = min(spent(_SHORT) for _ in range(3))
            if longer <= MOST * shorter:
                return None
            # The first try may have been the one that something else disturbed.
            longer = min(longer, *(spent(_LONG) for _ in range(3)))
        except TooLong:
            return f"more than {LONGEST} s"
    if longer < FLOOR or longer <= MOST * shorter:
        return None
    return f"{_SHORT}: {shorter * 1000:.0f} ms, {_LONG}: {longer * 1000:.0f} ms"


def least(read: Callable[[str], object], text_of: Callable[[int], str], length: int) -> float:
    """Seconds of the processor, the least of three tries."""
    spent = _spent(read, text_of)
    with _undisturbed():
        return min(spent(length) for _ in range(3))


def _spent(read: Callable[[str], object], text_of: Callable[[int], str]) -> Callable[[int], float]:
    """Reads a text of about a length.

    Each is shorter by one than the last: many a reader remembers the text that it read before.
    """
    tries = itertools.count()
    return lambda length: _once(read, text_of(length - next(tries)))


def _once(read: Callable[[str], object], text: str) -> float:
    # The timer counts this process's own time, and `re` looks at signals while it searches.
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        began = time.thread_time()
        read(text)
        return time.thread_time() - began
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Neither the collector of memory, nor a handler of somebody else."""
    was = signal.signal(signal.SIGVTALRM, _stop)
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        signal.signal(signal.SIGVTALRM, was)
        if was_collecting:
            gc.enable()


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooLong
