"""`keng bench scale`: what is asked at many tips beside ten thousand, and what a tip takes."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import ClientCursor

from keng.runtime.errors import CannotContinue
from keng.runtime.roles import DATABASE_NAME
from keng_dev.bench.desk import session_key_of
from keng_dev.bench.figures import Figure, Target
from keng_dev.bench.scale import filling
from keng_dev.bench.scale.askings import Asking, Recorder, all_askings, asked_as
from keng_dev.bench.scratch import Bench
from keng_dev.bench.sight import let_owner_be_desk

TIPS_BY_DEFAULT = 1_000_000
TIPS_BESIDE = filling.RECENT_TIPS
MOST_GROWTH = 2.0
# Rounds for nothing, so that pages and plans are there; then those that count. What is over in no
# time is asked more often, so that another process of the machine is not in every second round.
_WARM, _FEWEST, _MOST = 2, 5, 40
_ENOUGH_MS = 250.0
# From so many on the indexes are made after the rows.
_INDEXES_LAST = 100_000
_PROCESSES = ("public", "edge", "sender", "worker")
_OTHER_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (
  SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_SIZES = (
    "SELECT t, pg_total_relation_size(t::regclass) FROM unnest(%s::text[]) AS t ORDER BY 2 DESC"
)


def measure(bench: Bench) -> list[Figure]:
    """First small, then large, in the same database."""
    tips = bench.tips or TIPS_BY_DEFAULT
    require_room(bench, tips)
    from keng.kit import times  # noqa: PLC0415 -- needs the settings

    base = filling.people_and_places(times.now())
    let_owner_be_desk()
    _let_owner_be_all()
    sessions = {id(officer): _session(officer) for officer in base.officers.values()}
    _fill(bench, base, TIPS_BESIDE)
    small = _measured(base, sessions)
    began = time.monotonic()
    _fill(bench, base, tips)
    filled = time.monotonic() - began
    large = _measured(base, sessions)
    sizes = _sizes(bench)
    askings = {each.name: each for each in all_askings(base)}
    return [
        *(
            _of_limit(askings[name], large[name], small[name], tips)
            for name in large
            if askings[name].most_ms is not None
        ),
        *(_of_growth(askings[name], large[name], small[name], tips) for name in large),
        *_of_disk(sizes, tips),
        Figure("filling_rate", "filled in, with indexes and statistics", "tips/s", [tips / filled]),
    ]


def require_room(bench: Bench, tips: int) -> None:
    """Raises CannotContinue where the disk would be full before the end."""
    free, needed = shutil.disk_usage(bench.data).free, tips * filling.BYTES_A_TIP
    if needed > free:
        raise CannotContinue(
            f"{tips:,} tips need {needed / 1e9:.0f} GB below {bench.data}, and {free / 1e9:.0f} GB "
            f"are free. TMPDIR names another disk; --tips {free // filling.BYTES_A_TIP} would fit."
        )


def _let_owner_be_all() -> None:
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with connection.cursor() as cursor:
        for process in _PROCESSES:
            cursor.execute(f"GRANT keng_{process} TO CURRENT_USER WITH SET TRUE")


def _session(officer: Any) -> Any:
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 -- needs the settings

    return SessionStore(session_key_of(officer))


def _fill(bench: Bench, base: filling.Filling, tips: int) -> None:
    """As the superuser, whom triggers and foreign keys do not hold."""
    with bench.cluster.connect(DATABASE_NAME) as connection, ClientCursor(connection) as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET work_mem = '128MB'")
        with _indexes_last(cursor, wanted=tips >= _INDEXES_LAST):
            for step in filling.fill(cursor, base, tips):
                print(f"  {tips:,} tips: {step}", flush=True)
        filling.analyse(cursor.execute)
        for table in filling.filled_tables():
            cursor.execute(f"VACUUM {table}")
        cursor.execute("CHECKPOINT")


@contextmanager
def _indexes_last(cursor: Any, *, wanted: bool) -> Iterator[None]:
    """Those that hold nothing up but a search are dropped, and made again at the end."""
    if not wanted:
        yield
        return
    cursor.execute(_OTHER_INDEXES, [filling.filled_tables()])
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for number, (name, definition) in enumerate(found, 1):
        cursor.execute(definition)
        print(f"  index {number} of {len(found)}: {name}", flush=True)


@dataclass(frozen=True, slots=True)
class _Rounds:
    """Milliseconds of all statements of one asking together, for each round that counts."""

    whole: list[float]
    """With the driver and the way to the server."""
    server: list[float]
    """Of the database alone, where it has a limit."""


def _measured(base: filling.Filling, sessions: dict[int, Any]) -> dict[str, _Rounds]:
    return {
        asking.name: _rounds_of(asking, sessions.get(id(asking.officer)))
        for asking in all_askings(base)
    }


def _rounds_of(asking: Asking, session: Any) -> _Rounds:
    whole: list[float] = []
    for _warm in range(_WARM):
        _round_of(asking, session)
    while len(whole) < _FEWEST or (len(whole) < _MOST and sum(whole) < _ENOUGH_MS):
        recorder = _round_of(asking, session)
        whole.append(recorder.total_ms)
    _print_slow(asking.name, recorder)
    if asking.most_ms is None:
        return _Rounds(whole, [])
    # In rounds of their own: each statement is then asked twice.
    server = [
        _round_of(asking, session, analyses=True).total_server_ms
        for _again in range(min(len(whole), _MOST_ANALYSED))
    ]
    return _Rounds(whole, server)


_MOST_ANALYSED = 5


def _round_of(asking: Asking, session: Any, *, analyses: bool = False) -> Recorder:
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    recorder = Recorder(analyses=analyses)
    with asked_as(asking, session), connection.execute_wrapper(recorder):
        asking.ask()
    if not recorder.statements:
        raise RuntimeError(f"{asking.name} asked the database nothing")
    return recorder


def _print_slow(name: str, recorder: Recorder) -> None:
    """For whoever looks why."""
    slowest = max(recorder.statements, key=lambda each: each.ms)
    if slowest.ms > _WORTH_A_LOOK:
        print(
            f"  {name}: {slowest.ms:.0f} ms of {recorder.total_ms:.0f}: {slowest.sql[:300]}",
            flush=True,
        )


_WORTH_A_LOOK = 20.0


def _of_limit(asking: Asking, large: _Rounds, small: _Rounds, tips: int) -> Figure:
    """What the database takes, as the limit says: neither driver nor Python."""
    return Figure(
        f"{asking.name}_sql_ms",
        f"{asking.what}, of {tips:,} tips: the database alone",
        "ms",
        large.server,
        small.server,
        f"the same of {TIPS_BESIDE:,}",
        Target("≤", asking.most_ms or 0.0),
    )


def _of_growth(asking: Asking, large: _Rounds, small: _Rounds, tips: int) -> Figure:
    return Figure(
        f"{asking.name}_growth",
        f"{asking.what}, of {tips:,} tips: with the driver",
        "ms",
        large.whole,
        small.whole,
        f"the same of {TIPS_BESIDE:,}",
        Target("≤", MOST_GROWTH, of="ratio"),
    )


def _sizes(bench: Bench) -> dict[str, int]:
    with bench.cluster.connect(DATABASE_NAME) as connection:
        return dict(connection.execute(_SIZES, [filling.filled_tables()]).fetchall())


def _of_disk(sizes: dict[str, int], tips: int) -> list[Figure]:
    whole = Figure(
        "disk_bytes_a_tip",
        "on disk for each tip with all that hangs on it, indexes included",
        "bytes",
        [sum(sizes.values()) / tips],
    )
    return [
        whole,
        *(
            Figure(f"disk_{table}", "of that", "bytes", [size / tips])
            for table, size in sizes.items()
            if size / tips >= 1
        ),
    ]
