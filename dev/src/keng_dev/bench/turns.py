"""Turns: what many rows of one account or of one unit cost everybody else."""

import time
from typing import Any

from keng_dev.bench.figures import Figure, Target
from keng_dev.bench.rig import Rig, sink
from keng_dev.bench.scratch import Bench

_FEW = 500


def measure(bench: Bench) -> list[Figure]:
    """One sender process against a sink without latency."""
    many = 100_000 if bench.is_full else 40_000
    with sink() as address:
        rig = Rig(bench, address)
        rig.set_up(0)
        other = rig.add_account("bench-other")
        alone, beside, within = [], [], []
        for _round in range(bench.rounds):
            alone.append(_seconds(rig, other))
            beside.append(_seconds(rig, other, behind=many))
            within.append(_seconds(rig, rig.account, behind=many))
        rig.clear()
    return [
        Figure(
            "few_beside_many_s",
            f"{_FEW} rows of one account beside {many:,} of another",
            "s",
            beside,
            alone,
            "the same rows with nothing beside them",
            Target("≤", 1.25, "ratio"),
        ),
        Figure(
            "few_behind_many_s",
            f"{_FEW} rows of one unit behind {many:,} of another on one account",
            "s",
            within,
            alone,
            "the same rows with nothing before them",
            Target("≤", 6, "ratio"),
        ),
    ]


def _seconds(rig: Rig, account: Any, *, behind: int = 0) -> float:
    """Seconds from the commit of a few rows to the last outcome, many others running on."""
    with rig.sending():
        received = rig.received()
        bulk = rig.queue_rows(rig.account, behind) if behind else None
        while rig.received() < received + behind // 20:
            time.sleep(0.02)
        began = time.time()
        few = rig.queue_rows(account, _FEW, unit=rig.other_unit)
        rig.wait_until_sent(few, _FEW)
        took = rig.settled_at(few) - began
        if bulk is not None:
            rig.wait_until_sent(bulk, behind)
    return took
