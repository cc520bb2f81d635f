"""What reading a text costs, so that another process on the machine changes nothing.

Counted is the processor's time of this thread, the least of several tries. What takes less than
FLOOR is never called slow, and what takes longer than LONGEST is not waited for.
"""

import gc
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
# A first look: four times the text. What grows no more than this from the one to the other, or
# stays so cheap that even its square is below FLOOR at the end, needs no second one.
_FIRST, _SECOND, _GROWS, _CHEAP = 2_000, 8_000, 6.0, FLOOR / 7


class TooLong(Exception):
    """It had not ended after LONGEST seconds of this process's own time."""


def verdict(read: Callable[[str], object], text_of: Callable[[int], str]) -> str | None:
    """What is wrong with the cost of reading such texts; None when it grows with their length."""
    with _undisturbed():
        try:
            second = _least(read, text_of(_SECOND), tries=1)
            if second < _CHEAP or second <= _GROWS * _least(read, text_of(_FIRST), tries=1):
                return None
            longer = _least(read, text_of(_LONG), tries=1)
            if longer < FLOOR:
                return None
            shorter = _least(read, text_of(_SHORT), tries=3)
            if longer <= MOST * shorter:
                return None
            longer = min(longer, _least(read, text_of(_LONG), tries=3))
        except TooLong:
            return f"more than {LONGEST} s"
    # The first try may have been the one that something else disturbed.
    if longer < FLOOR or longer <= MOST * shorter:
        return None
    return f"{_SHORT}: {shorter * 1000:.0f} ms, {_LONG}: {longer * 1000:.0f} ms"


def least(read: Callable[[str], object], text: str) -> float:
    """Seconds of the processor, the least of three tries."""
    with _undisturbed():
        return _least(read, text, tries=3)


def _least(read: Callable[[str], object], text: str, *, tries: int) -> float:
    return min(_once(read, text) for _ in range(tries))


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
