"""Sending beside the most that anybody could do who records each message, at the same sink."""

import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import urlopen

import psycopg

from keng.delivery.sender.rows import SENT_AT_ONCE
from keng.kit.database import dsn
from keng_dev.bench.delivery import run_bare, run_ours
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.recorded import MAKE_TABLE
from keng_dev.bench.rig import BODY, PATH, Rig, sink
from keng_dev.bench.scratch import Bench

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNT, _FULL_COUNT = 20_000, 100_000
_CEILING = "aiohttp on uvloop, 64 side by side, same sink, and one recorded row for each message"
_LATENCY_MS = 50


def measure(bench: Bench) -> list[Figure]:
    """Ours, the ceiling and the bare client in turns, without latency and with 50 ms."""
    count = bench.messages or (_FULL_COUNT if bench.is_full else _COUNT)
    with sink() as address:
        rig = Rig(bench, address)
        rig.set_up(count)
        rig.warm_up(count)
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            connection.execute(MAKE_TABLE)
        runs: dict[str, Callable[[], float]] = {
            "ours": lambda: run_ours(bench, rig, count).sending_per_second,
            "ceiling": lambda: _run_recorded(address, count),
            "bare": lambda: run_bare(address, count)[0],
        }
        at_once = alternate(bench.rounds, runs)
        urlopen(f"{address}/latency/{_LATENCY_MS}").close()  # noqa: S310 -- our own sink
        with_latency = alternate(bench.rounds, runs)
        rig.clear()
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            connection.execute("DROP TABLE bench_recorded")
    return [
        *_figures(f"{count:,} deliveries, leased, sent and recorded", "", at_once),
        *_figures(f"the same, each answer after {_LATENCY_MS} ms", "_50ms", with_latency),
    ]


def _figures(what: str, suffix: str, found: dict[str, list[float]]) -> list[Figure]:
    return [
        Figure(
            f"delivery_of_ceiling{suffix}",
            what,
            "/s",
            found["ours"],
            found["ceiling"],
            _CEILING,
            Target("≥", 0.8, "ratio"),
        ),
        Figure(
            f"ceiling_of_bare{suffix}",
            "that ceiling",
            "/s",
            found["ceiling"],
            found["bare"],
            "the same client, nothing recorded",
        ),
    ]


def _run_recorded(address: str, count: int) -> float:
    """Messages a second, all of them on record."""
    command = [
        *(sys.executable, "-m", "keng_dev.bench.recorded"),
        *(address + PATH, str(count), str(SENT_AT_ONCE), dsn("owner")),
    ]
    answer = subprocess.run(command, input=BODY, capture_output=True, check=True)
    return count / float(answer.stdout.split()[0])
