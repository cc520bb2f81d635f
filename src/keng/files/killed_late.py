"""A program that strangers' bytes may hang is ended when its time is over."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def killed_after(process: subprocess.Popen[Any], seconds: float) -> Iterator[threading.Event]:
    """Kill it after so long, and when the block ends. The event says whether its time was over."""
    is_late = threading.Event()

    def kill() -> None:
        is_late.set()
        process.kill()

    watchdog = threading.Timer(seconds, kill)
    watchdog.start()
    try:
        yield is_late
    finally:
        watchdog.cancel()
        watchdog.join()
        process.kill()
