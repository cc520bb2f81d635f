"""Sending for a long time at a steady pace, while long readers hold old snapshots of its tables.

PostgreSQL keeps every row version that an open snapshot may still read. A queue writes many of
them, so readers are what slows it down after minutes, and no short bench shows that.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from keng.kit.database import dsn
from keng_dev.bench.figures import Figure, Target
from keng_dev.bench.rig import Rig, sink
from keng_dev.bench.scratch import Bench

if TYPE_CHECKING:
    from uuid import UUID

PER_SECOND = 800
READERS = 3
READER_SECONDS = 120.0
# What was queued last has so long to go out before it counts as backlog.
_GRACE = 5.0
_TICK = 0.5
_WARM_UP = 10
_PAUSE = 1.0
_READS = (
    "SELECT state, channel, count(*), max(settled_at) FROM delivery_delivery GROUP BY 1, 2",
    "SELECT outcome, count(*), max(milliseconds) FROM delivery_attempt GROUP BY 1",
)


@dataclass(frozen=True, slots=True)
class Phase:
    """What came of one stretch at the steady pace."""

    queued: int
    per_second: float
    """On record as sent while it lasted."""
    most_waiting: int
    backlog: int
    repeated: int


@dataclass(slots=True)
class Readers:
    """Counted from several threads, each in a slot of its own."""

    reads: list[int] = field(default_factory=lambda: [0] * READERS)
    snapshots: list[int] = field(default_factory=lambda: [0] * READERS)


def measure(bench: Bench) -> list[Figure]:
    """A quiet stretch, then the long one with readers, through one sender process."""
    lasts = min(READER_SECONDS, bench.seconds / READERS)
    with sink() as address:
        rig = Rig(bench, address)
        rig.set_up(0)
        with rig.sending():
            _steady(rig, _WARM_UP)
            rig.analyze()
            quiet = _steady(rig, max(20, bench.seconds // 5))
            with _reading(lasts) as readers:
                soaked = _steady(rig, bench.seconds)
        rig.clear()
    return _figures(bench.seconds, lasts, quiet, soaked, readers)


def _steady(rig: Rig, seconds: int) -> Phase:
    """Queue at the pace, whatever the sender makes of it."""
    received, began = rig.received(), time.time()
    dispatches: list[UUID] = []
    queued = most_waiting = 0
    for tick in range(1, int(seconds / _TICK) + 1):
        due = int(tick * _TICK * PER_SECOND) - queued
        dispatches.append(rig.queue_rows(rig.account, due).pk)
        queued += due
        most_waiting = max(most_waiting, queued - (rig.received() - received))
        time.sleep(max(0.0, began + tick * _TICK - time.time()))
    ended = time.time()
    sent = rig.sent_until(dispatches, ended)
    time.sleep(_GRACE)
    backlog = queued - rig.sent_until(dispatches, ended + _GRACE)
    rig.wait_until_all_sent(dispatches, queued)
    return Phase(
        queued=queued,
        per_second=sent / (ended - began),
        most_waiting=most_waiting,
        backlog=backlog,
        repeated=rig.received() - received - queued,
    )


@contextmanager
def _reading(lasts: float) -> Iterator[Readers]:
    """Readers one after the other in each of READERS threads, each begun while others still read.

    A reader that fails makes the run fail: figures without readers would say nothing.
    """
    readers, end = Readers(), threading.Event()
    with ThreadPoolExecutor(READERS) as threads:
        running = [threads.submit(_read_on, n, lasts, readers, end) for n in range(READERS)]
        try:
            yield readers
        finally:
            end.set()
    _raise_failures(running)


def _read_on(number: int, lasts: float, readers: Readers, end: threading.Event) -> None:
    end.wait(lasts / READERS * number)
    while not end.is_set():
        readers.snapshots[number] += 1
        _read_once(number, lasts, readers, end)


def _read_once(number: int, lasts: float, readers: Readers, end: threading.Event) -> None:
    """All in one snapshot, as a long report or a backup has it."""
    until = time.monotonic() + lasts
    with psycopg.connect(dsn("owner")) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        while time.monotonic() < until and not end.is_set():
            for read in _READS:
                connection.execute(read.encode()).fetchall()
            readers.reads[number] += 1
            end.wait(_PAUSE)


def _raise_failures(running: list[Future[None]]) -> None:
    for each in running:
        each.result()


def _figures(
    seconds: int, lasts: float, quiet: Phase, soaked: Phase, readers: Readers
) -> list[Figure]:
    return [
        Figure(
            "soak_per_second",
            f"{PER_SECOND} deliveries queued a second for {seconds} s beside {READERS} "
            f"overlapping readers of {lasts:.0f} s",
            "/s",
            [soaked.per_second],
            [quiet.per_second],
            "the same pace without readers",
            Target("≥", 0.95, "ratio"),
        ),
        Figure(
            "soak_backlog",
            f"of {soaked.queued:,} rows not yet sent {_GRACE:.0f} s after the last was queued",
            "rows",
            [float(soaked.backlog)],
            [],
            target=Target("≤", 0),
        ),
        Figure(
            "soak_most_waiting",
            "rows waiting at once, at most",
            "rows",
            [float(soaked.most_waiting)],
            [float(quiet.most_waiting)] if quiet.most_waiting else [],
            "without readers" if quiet.most_waiting else "",
        ),
        Figure(
            "soak_repeated",
            "messages the sink got more than once, nothing being killed",
            "",
            [float(soaked.repeated)],
            target=Target("≤", 0),
        ),
        Figure(
            "soak_reads",
            f"times the tables were read, in {sum(readers.snapshots)} snapshots",
            "",
            [float(sum(readers.reads))],
        ),
    ]
