"""Sending: everything from the notice to the recorded outcomes, beside a client that only posts."""

import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from keng.delivery.sender.rows import LEASED_AHEAD, SENT_AT_ONCE
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.rig import BODY, PATH, Rig, sink
from keng_dev.bench.scratch import Bench

_BARE = "aiohttp on uvloop, 64 side by side, same sink, nothing leased and nothing recorded"


@dataclass(frozen=True, slots=True)
class Run:
    """What one dispatch cost."""

    per_second: float
    sending_per_second: float
    sender_cpu: float
    server_cpu: float
    sender_mb: float
    repeated: int


def measure(bench: Bench) -> list[Figure]:
    """One sender process against a sink without latency, with durable commits."""
    count = bench.messages or (100_000 if bench.is_full else 20_000)
    with sink() as address:
        rig = Rig(bench, address)
        rig.set_up(count)
        rig.warm_up(count)
        runs = alternate(
            bench.rounds,
            {"bare": lambda: run_bare(address, count), "ours": lambda: run_ours(bench, rig, count)},
        )
        waits = [
            (_reply_behind(rig, count), _reply_behind(rig, count, is_recall=True))
            for _round in range(bench.rounds)
        ]
        rig.clear()
    return _figures(count, runs["ours"], runs["bare"], waits)


def _figures(
    count: int, ours: list[Run], bare: list[tuple[float, float]], waits: list[tuple[float, float]]
) -> list[Figure]:
    rates = [rate for rate, _cpu in bare]
    return [
        Figure(
            "delivery",
            f"{count:,} deliveries: materialise, lease, send, record; one sender",
            "/s",
            [run.per_second for run in ours],
            rates,
            _BARE,
            Target("≥", 1.3, "ratio"),
        ),
        Figure(
            "delivery_without_materialising",
            "the same from the commit of the rows on",
            "/s",
            [run.sending_per_second for run in ours],
            rates,
            _BARE,
        ),
        Figure(
            "delivery_cpu_per_1000",
            "CPU of the sender process for 1,000 deliveries",
            "s",
            [run.sender_cpu for run in ours],
            [cpu for _rate, cpu in bare],
            "the same of the bare client",
            Target("≤", 0.15),
        ),
        Figure(
            "delivery_server_cpu_per_1000",
            "CPU of PostgreSQL for them, materialising included",
            "s",
            [run.server_cpu for run in ours],
        ),
        Figure(
            "delivery_sender_mb",
            f"memory (PSS) of the sender after {count:,} in one dispatch",
            "MB",
            [run.sender_mb for run in ours],
            target=Target("≤", 100),
        ),
        Figure(
            "delivery_repeated",
            "messages the sink got more than once, nothing being killed",
            "",
            [float(run.repeated) for run in ours],
            target=Target("≤", 0),
        ),
        Figure(
            "reply_behind_bulk_s",
            f"an answer queued while {count:,} are being sent waits",
            "s",
            [bulk for bulk, _recall in waits],
            target=Target("≤", 1.0),
        ),
        Figure(
            "call_behind_recall_s",
            f"a call to officers queued while a recall to {count:,} is being sent waits",
            "s",
            [recall for _bulk, recall in waits],
            target=Target("≤", 1.0),
        ),
    ]


def run_bare(address: str, count: int) -> tuple[float, float]:
    """Messages a second, and CPU seconds for a thousand."""
    command = [
        *(sys.executable, "-m", "keng_dev.bench.bare"),
        *(address + PATH, str(count), str(SENT_AT_ONCE)),
    ]
    answer = subprocess.run(command, input=BODY, capture_output=True, check=True)
    seconds, cpu = map(float, answer.stdout.split())
    return count / seconds, cpu / count * 1000


def run_ours(bench: Bench, rig: Rig, count: int) -> Run:
    """One dispatch through one sender process."""
    with rig.sending():
        received, sender, server = rig.received(), rig.sender_cpu, bench.server_cpu()
        began = time.time()
        dispatch = rig.send_to_all()
        materialised = time.time()
        rig.wait_until_sent(dispatch, count, received=received + count)
        ended = rig.settled_at(dispatch)
        return Run(
            count / (ended - began),
            count / (ended - materialised),
            (rig.sender_cpu - sender) / count * 1000,
            (bench.server_cpu() - server) / count * 1000,
            rig.sender_mb,
            rig.received() - received - count,
        )


def _reply_behind(rig: Rig, count: int, *, is_recall: bool = False) -> float:
    """Seconds from the commit of a reply or call to its outcome, the bulk running on after it."""
    with rig.sending():
        received = rig.received()
        bulk: Any = rig.send_to_all()
        if is_recall:
            rig.wait_until_sent(bulk, count)
            received = rig.received()
            bulk = rig.recall(bulk)
        while rig.received() < received + count // 10:
            time.sleep(0.02)
        waits = []
        for _reply in range(3):
            queued = time.time()
            reply = rig.reply()
            while not rig.sent(reply.dispatch):
                time.sleep(0.005)
            waits.append(rig.settled_at(reply.dispatch) - queued)
        if rig.sent(bulk) >= count - SENT_AT_ONCE - LEASED_AHEAD:
            raise RuntimeError("the bulk was over before the reply; take more rows")
        rig.wait_until_sent(bulk, count)
    return median(waits)
