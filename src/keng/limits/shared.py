"""A limit for one network that all processes count together: one statement, nothing that waits.

Counted is a network and not a device (/24 of IPv4, /48 of IPv6): whoever has many addresses has
them side by side. What a limit says stands in a table without a log (`models`), under a keyed hash.
The key changes every ten minutes: half of it lies in a table without a log too, of which nothing
is left then, the other half is the site's. A count goes on under the next key when its network
asks again, and is forgotten otherwise: whoever is silent for twenty minutes begins anew. So no
limit lasts longer than that, however long its pause is.

No report passes here (`community.report`), and no limit stands before a known browser, a passkey or
a right code.
"""

import hashlib
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest

from keng.kit.rate_limits import network_of_request
from keng.kit.refused_tries import RefusedTry, note_refused_try
from keng.kit.secrets import keyed_hash
from keng.limits import puzzles
from keng.limits.models import LimitCount

PERIOD_SECONDS = 600
# How many keys of before a process remembers; the counts of `SharedLimit` go on under the last.
MOST_KEYS_BEFORE = 4
# What a form counts whose sender's machine solved a puzzle (`puzzles`).
_SOLVED_WEIGHT = 0.25
# How far above its limit a network gets by insisting, which makes its wait longer.
_MOST_ABOVE = 10.0


def used_now_sql(row: str) -> str:
    """How much of a count is left by now: it refills by one in each pause."""
    return f"GREATEST(0, {row}.used - GREATEST(0, %(now)s - {row}.counted_at) / %(pause)s)"


# In one statement: what was counted under the key before, and one more under the key of now. It
# commits by itself, so a row is held for as long as this takes.
_COUNT_SQL = f"""
INSERT INTO limits_limitcount AS c (mark, period, used, counted_at)
VALUES (
  %(mark)s, %(period)s,
  LEAST(%(most)s, %(weight)s + COALESCE((
    SELECT {used_now_sql("b")} FROM limits_limitcount b WHERE b.mark = %(before)s
  ), 0)),
  %(now)s
)
ON CONFLICT (mark) DO UPDATE SET
  used = LEAST(%(most)s, %(weight)s + {used_now_sql("c")}),
  counted_at = %(now)s
RETURNING used
"""  # noqa: S608 -- our own pieces
_USED_SQL = f"""
SELECT {used_now_sql("c")} FROM limits_limitcount c
WHERE mark IN (%(mark)s, %(before)s) ORDER BY period DESC LIMIT 1
"""  # noqa: S608 -- our own pieces


class SharedLimit:
    """So many at once for one network, then one more for each pause."""

    def __init__(self, name: str, *, at_once: int, pause: float) -> None:
        """`name` tells its counts from those of other limits; two of one name are one limit."""
        self.name, self.at_once, self.pause = name, at_once, pause

    def seconds_to_wait(self, request: HttpRequest, weight: int = 1) -> int:
        """Count one more; 0, or how long this network should wait before the next one."""
        solution = request.POST.get(puzzles.FIELD, "") if weight else ""
        is_solved = bool(solution) and puzzles.take_solution(solution, self.name)
        counted = weight * _SOLVED_WEIGHT if is_solved else weight
        return self.count_network(network_of_request(request), counted)

    def puzzle(self, request: HttpRequest) -> str:
        """What a form of this limit has its sender's machine solve; empty while few ask."""
        return puzzles.new_puzzle(self.name) if self.is_half_used(request) else ""

    def count_network(self, network: str, weight: float = 1) -> int:
        """The same for a network by its name."""
        if not weight:
            return self._seconds(self._used(network))
        seconds = self._seconds(self._ask(_COUNT_SQL, network, weight))
        if seconds:
            note_refused_try(RefusedTry.TOO_OFTEN, f"limit {self.name}")
        return seconds

    def is_half_used(self, request: HttpRequest) -> bool:
        """Whether this network has asked for more than half of what it may; counts nothing."""
        return self._used(network_of_request(request)) > self.at_once / 2

    def _used(self, network: str) -> float:
        return self._ask(_USED_SQL, network, 0)

    def _seconds(self, used: float) -> int:
        return max(0, round((used - self.at_once) * self.pause))

    def _ask(self, statement: str, network: str, weight: float) -> float:
        now = seconds_now()
        period, key, key_before = _keys.keys_at(now)
        values: dict[str, float | uuid.UUID] = {
            "mark": self._mark(key, network),
            "before": self._mark(key_before, network) if key_before else uuid.UUID(int=0),
            "period": period,
            "now": now,
            "pause": self.pause,
            "weight": float(weight),
            "most": self.at_once + _MOST_ABOVE,
        }
        with counting_cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
        return float(row[0]) if row else 0.0

    def _mark(self, key: bytes, network: str) -> uuid.UUID:
        words = f"{self.name}\0{network}".encode()
        return uuid.UUID(bytes=hashlib.blake2b(words, key=key, digest_size=16).digest())


class _PeriodKeys:
    """The keys of this period and of those before it, in this process's memory.

    One before is enough for what `SharedLimit` counts; `guesses` needs as many as a count of it
    takes to refill.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_period: dict[int, bytes] = {}

    def keys_at(self, now: float) -> tuple[int, bytes, bytes | None]:
        """The period, its key, and the key before it where this process had one."""
        period, key = self._key_at(now)
        return period, key, self._by_period.get(period - 1)

    def all_at(self, now: float) -> tuple[int, bytes, *tuple[bytes, ...]]:
        """The period, its key, and every key before it that this process still has."""
        period, key = self._key_at(now)
        before = sorted((each for each in self._by_period if each < period), reverse=True)
        return period, key, *(self._by_period[each] for each in before)

    def _key_at(self, now: float) -> tuple[int, bytes]:
        asked = int(now // PERIOD_SECONDS)
        with self._lock:
            period = asked if asked in self._by_period else asked + 1
            if period not in self._by_period:
                period, key = _key_of_period(asked)
                # What is older is forgotten: no count stands under it any more.
                kept = range(period - MOST_KEYS_BEFORE, period)
                before = {each: self._by_period[each] for each in kept if each in self._by_period}
                self._by_period = {period: key} | before
            return period, self._by_period[period]

    def forget(self) -> None:
        """Know of no key, as a process that has just begun."""
        with self._lock:
            self._by_period = {}


def seconds_now() -> float:
    """By the clock of the machine, which its processes share."""
    return time.time()


def keys_now() -> tuple[int, bytes, *tuple[bytes, ...]]:
    """The period, its key, and the keys before it, the last one first."""
    return _keys.all_at(seconds_now())


def remove_old_counts() -> int:
    """Delete what stands under a key that nobody has any more; how many."""
    oldest = int(seconds_now() // PERIOD_SECONDS) - 1
    return LimitCount.objects.filter(period__lt=oldest).delete()[0]


def forget_keys() -> None:
    """As a process that has just begun (for tests)."""
    _keys.forget()


@contextmanager
def counting_cursor() -> Iterator[Any]:
    """For what is counted beside every act; a request of the desk writes nothing else there."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        yield cursor


def _key_of_period(asked: int) -> tuple[int, bytes]:
    with counting_cursor() as cursor:
        cursor.execute("SELECT of_period, half_key FROM limits_half_key(%s)", [asked])
        period, half = cursor.fetchone()
    return int(period), keyed_hash("shared limits", bytes(half))


_keys = _PeriodKeys()
