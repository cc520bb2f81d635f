"""The fake's own clock: runs like ours until somebody moves or stops it."""

import time


class FakeClock:
    """Seconds since 1970, as the fake believes."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped: float | None = None

    def now(self) -> float:
        return time.time() + self._ahead if self._stopped is None else self._stopped

    def now_ms(self) -> int:
        return int(self.now() * 1000)

    def set(self, seconds: float, *, stopped: bool = False) -> None:
        """Make it this late now; a stopped clock stays there until it is moved."""
        self._stopped = seconds if stopped else None
        self._ahead = seconds - time.time()

    def advance(self, seconds: float) -> None:
        if self._stopped is not None:
            self._stopped += seconds
        self._ahead += seconds
