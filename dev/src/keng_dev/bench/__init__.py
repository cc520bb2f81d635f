"""keng bench: figures beside their baselines, taken in the same run on the same machine.

A bench is a module of this package with `measure(bench: Bench) -> list[Figure]`, named in BENCHES.
All of one run share one scratch database with durable commits; each cleans up what it wrote.
"""

import argparse
import importlib
import signal
import sys
from pathlib import Path
from types import FrameType

from keng.runtime.errors import CannotContinue
from keng_dev.bench.figures import Figure, print_table, write
from keng_dev.bench.machine import machine_line
from keng_dev.bench.scratch import SOAK_SECONDS, Bench, scratch

__all__ = ["Bench", "Figure", "add_arguments", "run"]
BENCHES: dict[str, str] = {
    "intake": "keng_dev.bench.intake",
    "form": "keng_dev.bench.form",
    "single": "keng_dev.bench.single",
    "desk": "keng_dev.bench.desk",
    "paint": "keng_dev.bench.paint",
    "lookup": "keng_dev.bench.lookup",
    "delivery": "keng_dev.bench.delivery",
    "ceiling": "keng_dev.bench.ceiling",
    "peers": "keng_dev.bench.peers.comparison",
    "recall": "keng_dev.bench.recall",
    "turns": "keng_dev.bench.turns",
    "words": "keng_dev.bench.words",
    "slow": "keng_dev.bench.slow",
    "streams": "keng_dev.bench.streams",
    "calls": "keng_dev.bench.calls",
    "start": "keng_dev.bench.start",
    "idle": "keng_dev.bench.idle",
    "soak": "keng_dev.bench.soak",
    "crowd": "keng_dev.bench.crowd",
    "scale": "keng_dev.bench.scale.growth",
}
ONLY_BY_NAME = frozenset({"calls", "crowd", "peers", "recall", "scale", "soak"})
"""Too long for a run of all of them, or not ours."""
RESULTS = Path("bench") / "results"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--full", action="store_true", help="as many rows as the targets speak of")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each; at least 3")
    parser.add_argument(
        "--messages", type=int, default=0, help="how many each sender sends; at least 100"
    )
    parser.add_argument(
        "--seconds",
        type=int,
        default=SOAK_SECONDS,
        help="how long the soak and the crowd last; at least 10",
    )
    parser.add_argument(
        "--tips", type=int, default=0, help="how many tips the bench of size fills in"
    )


def run(arguments: argparse.Namespace) -> int:
    names = arguments.names or [name for name in BENCHES if name not in ONLY_BY_NAME]
    if unknown := sorted(set(names) - set(BENCHES)):
        raise CannotContinue(
            f"No bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}."
        )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    print(machine_line(), flush=True)
    with scratch(
        rounds=max(3, arguments.rounds),
        is_full=arguments.full,
        seconds=max(10, arguments.seconds),
        messages=max(100, arguments.messages) if arguments.messages else 0,
        tips=max(10_000, arguments.tips) if arguments.tips else 0,
    ) as bench:
        for name in names:
            figures: list[Figure] = importlib.import_module(BENCHES[name]).measure(bench)
            print_table(name, figures)
            write(RESULTS / f"{name}.json", figures)
    return 0


def _end(number: int, frame: FrameType | None) -> None:
    """By way of every `finally`, which the signal alone would pass by: PostgreSQL would stay."""
    sys.exit(128 + number)
