"""How long something works, whatever else this process and this machine do meanwhile."""

import gc
import time
from collections.abc import Callable


def cpu_seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """Seconds of processor that `work` takes in this thread; the least of so many times.

    Threads that earlier tests left are not counted. Nor is the collection of garbage: through all
    that a run of 14,000 tests has loaded it takes more than a second, in whosever time it falls.
    """
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return min(_seconds_of(work) for _ in range(times))
    finally:
        if was_collecting:
            gc.enable()


def _seconds_of(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
