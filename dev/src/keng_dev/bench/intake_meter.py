"""What a run of the intake bench cost, and how much of the machine it had."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from keng_dev.bench.processes import children_seconds, cpu_seconds, taken_seconds


@dataclass(frozen=True, slots=True)
class Run:
    """Microseconds are of CPU, for one tip."""

    rate: float
    app_us: float
    database_us: float
    all_us: float
    """With the caller: the hammer, or pgbench itself."""
    others: float
    """Percent of the machine that others had meanwhile."""

    @property
    def rate_left(self) -> float:
        """The rate in the time that others left over.

        On a machine that is shared, the kernel gives the 64 processes behind pgbench more turns
        than the one process of the edge; beside others, the bare rates say mostly that.
        """
        return self.rate / max(1 - self.others / 100, 0.01)


class Meter:
    """Reads all clocks when it is made and again when the run is over."""

    def __init__(self, *, app: Sequence[int], server: Sequence[int]) -> None:
        self._app, self._server = app, server
        self._start = self._read()

    def run(self, tips: int, rate: float) -> Run:
        """What these tips cost, written at this rate."""
        app, server, caller, taken, wall = (
            now - then for now, then in zip(self._read(), self._start, strict=True)
        )
        ours = app + server + caller
        cores = os.cpu_count() or 1
        return Run(
            rate,
            app / tips * 1e6,
            server / tips * 1e6,
            ours / tips * 1e6,
            100 * max(taken - ours, 0.0) / (wall * cores),
        )

    def _read(self) -> tuple[float, float, float, float, float]:
        return (
            cpu_seconds(self._app),
            cpu_seconds(self._server),
            children_seconds(),
            taken_seconds(),
            time.monotonic(),
        )
