"""Looking up by prefix at one edge, and what its statement costs, with a million listings."""

import time
from contextlib import suppress
from statistics import median
from typing import Any
from urllib.request import urlopen

import psycopg

from keng.kit.database import dsn
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.hammer import seconds_for_requests, write_requests
from keng_dev.bench.intake import PORT
from keng_dev.bench.processes import cpu_seconds, family
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import running_web_process

LISTINGS, LISTINGS_IN_FULL = 100_000, 1_000_000
QUESTIONS, STATEMENTS = 20_000, 500
CONNECTIONS = 64
_PORTION = 100_000
# Whoever measures asks more often than any network may.
_NO_LIMIT = {"KENG_LOOKUP_NETWORK_LIMIT": "0,1", "KENG_LOOKUP_LIMIT": "1000000,1000000"}
_FILL = """
WITH i AS (
  INSERT INTO lookup_indicator (id, type, value)
  SELECT gen_random_uuid(), 'phone', '+84' || (900000000 + n)
  FROM generate_series(%(first)s, %(last)s) n
  RETURNING id, value
)
INSERT INTO lookup_listing
  (id, indicator_id, lookup_hash, unit_id, grade, status, made_by_id, released_by_id, released_at,
   is_harmless, expires_on)
SELECT gen_random_uuid(), id, sha256(convert_to('phone:' || value, 'UTF8')), %(unit)s, 'confirmed',
       'listed', %(maker)s, %(checker)s, now(), true, current_date + 30
FROM i
"""
_BY_KEY = "SELECT lookup_hash FROM lookup_listing WHERE id = %(id)s"


def measure(bench: Bench) -> list[Figure]:
    """Alternating rounds of questions, of empty answers, and of statements."""
    count = LISTINGS_IN_FULL if bench.is_full else LISTINGS
    _fill(count)
    statements = _Statements()
    with running_web_process(bench, "edge", PORT, **_NO_LIMIT) as edge:
        caller = _Caller(bench, edge.pid)
        caller.wait()
        caller.questions()  # once for nothing: connections, plans, pages of the index
        found = alternate(
            bench.rounds,
            {
                "questions": caller.questions,
                "health": caller.health,
                "statements": statements.round,
            },
        )
    statements.close()
    return _figures(found, count)


def _figures(found: dict[str, list[Any]], count: int) -> list[Figure]:
    questions, health = found["questions"], found["health"]
    return [
        Figure(
            "lookup_rps",
            f"look-ups by prefix, {count:,} listings, one edge, 64 connections",
            "calls/s",
            [rate for rate, _cpu in questions],
            [rate for rate, _cpu in health],
            "the same edge's /health, which asks every other second",
            Target("≥", 3000),
        ),
        Figure(
            "lookup_app_us",
            "CPU of the edge for one look-up",
            "µs",
            [cpu for _rate, cpu in questions],
            [cpu for _rate, cpu in health],
            "/health",
        ),
        Figure(
            "lookup_sql_ms",
            "one prefix by a prepared statement, asked and read",
            "ms",
            [prefix for prefix, _key in found["statements"]],
            [key for _prefix, key in found["statements"]],
            "one listing by its key, likewise",
            Target("≤", 1),
        ),
    ]


class _Caller:
    """Rounds of requests against one edge."""

    def __init__(self, bench: Bench, pid: int) -> None:
        self._file, self._pid = bench.data / "questions", pid

    def wait(self) -> None:
        """Until the edge has counted how many hashes an answer must hold."""
        until = time.monotonic() + 60
        while not self._is_answered():
            if time.monotonic() > until:
                raise RuntimeError("the edge answers no look-up")
            time.sleep(0.2)

    def _is_answered(self) -> bool:
        address = f"http://127.0.0.1:{PORT}/lookup/v1/prefix/0000"
        with suppress(OSError), urlopen(address) as answer:
            return bool(answer.status == 200)
        return False

    def questions(self) -> tuple[float, float]:
        """Different prefixes, so that hardly two share a statement's line."""
        chosen = (n * 40_503 % 65_536 for n in range(QUESTIONS))
        return self._hammer([f"/lookup/v1/prefix/{n:04x}" for n in chosen])

    def health(self) -> tuple[float, float]:
        return self._hammer(["/health"] * QUESTIONS)

    def _hammer(self, paths: list[str]) -> tuple[float, float]:
        """Calls a second, and µs of the edge's CPU for one."""
        write_requests(
            self._file,
            (f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in paths),
        )
        began = cpu_seconds(family(self._pid))
        seconds = seconds_for_requests(self._file, len(paths), port=PORT, connections=CONNECTIONS)
        taken = cpu_seconds(family(self._pid)) - began
        return len(paths) / seconds, taken / len(paths) * 1e6


class _Statements:
    """The edge's statement and its baseline, over one connection, one after the other.

    The public site's, since the edge may not read which listing a hash stands for.
    """

    def __init__(self) -> None:
        self._connection = psycopg.connect(dsn("public"), autocommit=True, prepare_threshold=0)
        self._connection.execute("SET plan_cache_mode = force_generic_plan")
        rows = self._connection.execute("SELECT id FROM lookup_listing LIMIT 5000").fetchall()
        self._ids = [row[0] for row in rows]

    def round(self) -> tuple[float, float]:
        """The median of both in ms, asked in turns: a busy moment of the machine meets both."""
        from keng.edge.prefixes import PREFIX_SQL, prefix_bounds  # noqa: PLC0415 -- needs the settings
        from keng.kit import times  # noqa: PLC0415

        today, prefixes, keys = times.local_date(times.now()), [], []
        for n in range(STATEMENTS):
            first, last = prefix_bounds(f"{n * 131 % 65_536:04x}")
            values = {"firsts": [first], "lasts": [last], "today": today}
            prefixes.append(self._timed(PREFIX_SQL, values))
            keys.append(self._timed(_BY_KEY, {"id": self._ids[n * 7 % len(self._ids)]}))
        return median(prefixes) * 1000, median(keys) * 1000

    def close(self) -> None:
        self._connection.close()

    def _timed(self, statement: str, values: dict[str, Any]) -> float:
        with self._connection.cursor(binary=True) as cursor:
            began = time.perf_counter()
            cursor.execute(statement.encode(), values).fetchall()
            return time.perf_counter() - began


def _fill(count: int) -> None:
    """So many confirmed listings of one unit."""
    from keng.accounts.models import Officer  # noqa: PLC0415 -- needs the settings
    from keng.places.models import Unit  # noqa: PLC0415

    unit = Unit.objects.create(
        name="Bench look-up", short_name="Lookup", kind=Unit.Kind.PROVINCE, province_code="00"
    )
    maker, checker = (
        Officer.objects.create(username=f"bench-{name}", name=name) for name in ("maker", "checker")
    )
    values = {"unit": unit.pk, "maker": maker.pk, "checker": checker.pk}
    with psycopg.connect(dsn("owner"), autocommit=True) as connection:
        for first in range(1, count + 1, _PORTION):
            last = min(first + _PORTION - 1, count)
            connection.execute(_FILL.encode(), values | {"first": first, "last": last})
        connection.execute("VACUUM ANALYZE lookup_listing")
        connection.execute("VACUUM ANALYZE lookup_indicator")
