"""Sending beside Celery, Apprise and Kannel, in one run at the same sink.

They record nothing that survives, except Celery its queue: in the PostgreSQL of this run, as there
is no other server. That is not Celery's best, which is RabbitMQ or Redis.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import psycopg
from psycopg.conninfo import conninfo_to_dict

from keng.delivery.sender.rows import SENT_AT_ONCE
from keng.kit.database import dsn
from keng.runtime.errors import CannotContinue
from keng_dev.bench.delivery import run_ours
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.peers.environment import peers_python
from keng_dev.bench.peers.kannel import Kannel, find_bearerbox
from keng_dev.bench.rig import BODY, PATH, Rig, sink
from keng_dev.bench.scratch import Bench

_FOLDER = Path(__file__).parent
_COUNT = 20_000
# Of those that send some hundred a second, a tenth tells as much.
_FEWER = 10
_LATENCY_MS = 50
_PROCESSES = 2
_LONGEST = 900.0
_FORGET_QUEUE = (
    "DROP TABLE IF EXISTS kombu_message, kombu_queue; "
    "DROP SEQUENCE IF EXISTS message_id_sequence, queue_id_sequence"
)
_CELERY = (
    f"Celery with requests, {_PROCESSES} processes, its queue in PostgreSQL through SQLAlchemy "
    "(not its best: that is RabbitMQ or Redis)"
)
_APPRISE = f"Apprise, {SENT_AT_ONCE} threads, nothing recorded"
_KANNEL = "Kannel (bearerbox and smsbox), its queue in memory"
_Peers = dict[str, Callable[[], float]]
_NAMES = {"celery": _CELERY, "apprise": _APPRISE, "kannel": _KANNEL}
_TARGETS = {("celery", _LATENCY_MS): Target("≥", 25, "ratio")}


def measure(bench: Bench) -> list[Figure]:
    """In turns, without latency and with 50 ms; a peer that is not here is said so."""
    count = bench.messages or _COUNT
    figures = []
    with sink() as address:
        rig = Rig(bench, address)
        rig.set_up(count)
        rig.warm_up(count)
        peers = _peers_here(rig, max(1, count // _FEWER))
        for latency in (0, _LATENCY_MS) if peers else ():
            urlopen(f"{address}/latency/{latency}").close()  # noqa: S310 -- our own sink
            runs = {"ours": lambda: run_ours(bench, rig, count).sending_per_second, **peers}
            rates = alternate(bench.rounds, runs)
            figures += [_figure(name, latency, count, rates) for name in peers]
        rig.clear()
    return figures


def _figure(name: str, latency: int, count: int, rates: dict[str, list[float]]) -> Figure:
    each = f", each answer after {latency} ms" if latency else ""
    return Figure(
        f"delivery_{latency}ms_vs_{name}" if latency else f"delivery_vs_{name}",
        f"{count:,} deliveries, leased, sent and recorded{each}",
        "/s",
        rates["ours"],
        rates[name],
        _NAMES[name],
        _TARGETS.get((name, latency)),
    )


def _peers_here(rig: Rig, count: int) -> _Peers:
    """What can be measured on this machine; of the others it is printed why not."""
    peers: _Peers = {}
    try:
        python = peers_python()
    except CannotContinue as error:
        print(f"Celery and Apprise are not measured: {error}", flush=True)
    else:
        peers["celery"] = lambda: _run_celery(python, rig, count)
        peers["apprise"] = lambda: _run_apprise(python, rig, count)
    bearerbox = find_bearerbox()
    if bearerbox is None:
        print("Kannel is not measured: no bearerbox on PATH (Debian: kannel)", flush=True)
    else:
        peers["kannel"] = lambda: _run_kannel(bearerbox, rig, count)
    return peers


def _run_celery(python: Path, rig: Rig, count: int) -> float:
    """From the first task that is enqueued until the sink has got all of them."""
    environment = _environment(rig) | {"PEER_BROKER": _broker(), "PYTHONPATH": str(_FOLDER)}
    enqueue = [str(python), str(_FOLDER / "celery_peer.py")]
    with _celery_worker(python, environment):
        _post_all(rig, [*enqueue, "50"], environment, 50)  # The first look at queue and sink.
        rate = _post_all(rig, [*enqueue, str(count)], environment, count)
    with psycopg.connect(dsn("owner"), autocommit=True) as connection:
        connection.execute(_FORGET_QUEUE)
    return rate


@contextmanager
def _celery_worker(python: Path, environment: dict[str, str]) -> Iterator[None]:
    words = "--app celery_peer worker --loglevel ERROR --without-gossip --without-mingle"
    worker = subprocess.Popen(
        [
            *(str(python), "-m", "celery", *words.split()),
            *("--without-heartbeat", "--concurrency", str(_PROCESSES)),
        ],
        env=environment | {"PYTHONWARNINGS": "ignore"},
        cwd=_FOLDER,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _run_apprise(python: Path, rig: Rig, count: int) -> float:
    command = [str(python), str(_FOLDER / "apprise_peer.py"), str(count), str(SENT_AT_ONCE)]
    return _post_all(rig, command, _environment(rig), count)


def _run_kannel(bearerbox: str, rig: Rig, count: int) -> float:
    with Kannel(bearerbox, rig.sink + PATH) as kannel:
        received, began = rig.received(), time.time()
        kannel.hand_over(count)
        return _rate(rig, received, began, count)


def _post_all(rig: Rig, command: list[str], environment: dict[str, str], count: int) -> float:
    """Messages a second, from the moment that the command prints."""
    received = rig.received()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None  # noqa: S101 -- asked for a pipe above
        began = float(running.stdout.readline() or 0)
        return _rate(rig, received, began, count, has_failed=lambda: bool(running.poll()))


def _rate(
    rig: Rig,
    received: int,
    began: float,
    count: int,
    has_failed: Callable[[], bool] = lambda: False,
) -> float:
    end = time.monotonic() + _LONGEST
    while rig.received() < received + count:
        if has_failed() or time.monotonic() > end:
            raise CannotContinue("the other sender did not finish")
        time.sleep(0.05)
    return count / (time.time() - began)


def _environment(rig: Rig) -> dict[str, str]:
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ
    }
    return inherited | {"PEER_URL": rig.sink + PATH, "PEER_BODY": BODY.decode()}


def _broker() -> str:
    """The database of this run, as SQLAlchemy writes addresses."""
    at = {
        name: quote(str(value), safe="") for name, value in conninfo_to_dict(dsn("owner")).items()
    }
    return (
        f"sqla+postgresql+psycopg2://{at['user']}:{at['password']}@/{at['dbname']}"
        f"?host={at['host']}&port={at['port']}"
    )
