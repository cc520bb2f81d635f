"""A limit for guessing: counted by all processes together, and what is refused does not count.

A try is taken before anything is read or computed, and given back when it was right. The rows stand
beside those of `shared`, in a table without a log, under a mark whose key changes every ten
minutes. They go on under each next key until nothing is left of them (LONGEST_REFILL), so silence
earns a guesser no more than the pause of the limit does.

Of a kind there are ROOM counts and no more, whatever names somebody makes up. Two that share one
wait for each other: nobody can choose whose, and no count is ever given up for another.
"""

import hashlib
import math
import time
import uuid
from dataclasses import dataclass

from keng.limits import shared
from keng.limits.models import GuessCount

ROOM = 1 << 20
# Nobody is silent for longer with a count that has not refilled: as long as its keys are kept.
LONGEST_REFILL = float(shared.MOST_KEYS_BEFORE * shared.PERIOD_SECONDS)
_TAKE_SQL = f"""
INSERT INTO limits_guesscount AS c (mark, period, used, counted_at)
SELECT %(mark)s, %(period)s, b.used + 1, %(now)s FROM (
  SELECT COALESCE((
    SELECT {shared.used_now_sql("g")}
    FROM limits_guesscount g WHERE g.mark = ANY(%(before)s) ORDER BY g.period DESC LIMIT 1
  ), 0) AS used
) b
WHERE b.used + 1 <= %(at_once)s
  OR EXISTS (SELECT 1 FROM limits_guesscount g WHERE g.mark = %(mark)s)
ON CONFLICT (mark) DO UPDATE SET
  used = {shared.used_now_sql("c")} + 1,
  counted_at = %(now)s
WHERE {shared.used_now_sql("c")} + 1 <= %(at_once)s
RETURNING used
"""  # noqa: S608 -- our own pieces
_USED_SQL = f"""
SELECT {shared.used_now_sql("g")} FROM limits_guesscount g
WHERE mark = ANY(%(known)s) ORDER BY period DESC LIMIT 1
"""  # noqa: S608 -- our own pieces
_GIVE_BACK_SQL = f"""
UPDATE limits_guesscount g SET
  used = GREATEST(0, {shared.used_now_sql("g")} - 1),
  counted_at = %(now)s
WHERE mark = %(mark)s
"""  # noqa: S608 -- our own pieces


class NoneLeft(Exception):
    """Wait so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = max(1, math.ceil(seconds))


@dataclass(frozen=True)
class TakenGuess:
    """One that was let through and counts until it is given back."""

    limit: "GuessLimit"
    mark: uuid.UUID
    is_last: bool
    """The next one has to wait."""

    def give_back(self) -> None:
        """It does not count after all."""
        values: dict[str, float | uuid.UUID] = {
            "mark": self.mark,
            "now": guess_clock(),
            "pause": self.limit.pause,
        }
        with shared.counting_cursor() as cursor:
            cursor.execute(_GIVE_BACK_SQL, values)


class GuessLimit:
    """So many at once, then one more for each pause."""

    def __init__(self, name: str, *, at_once: int, pause: float) -> None:
        """`name` tells its counts from those of other limits."""
        if at_once * pause > LONGEST_REFILL:
            raise ValueError(f"{name} would be forgotten before it has refilled")
        self.name, self.at_once, self.pause = name, at_once, pause

    def count_guess(self, *parts: str) -> TakenGuess:
        """Count one more of these. Raises NoneLeft, and then counts nothing."""
        period, key, *before = shared.keys_now()
        now = guess_clock()
        mark, marks_before = self._mark(key, parts), [self._mark(each, parts) for each in before]
        values: dict[str, float | uuid.UUID | list[uuid.UUID]] = {
            "mark": mark,
            "before": marks_before,
            "known": [mark, *marks_before],
            "period": period,
            "now": now,
            "pause": self.pause,
            "at_once": float(self.at_once),
        }
        with shared.counting_cursor() as cursor:
            cursor.execute(_TAKE_SQL, values)
            row = cursor.fetchone()
            if row is None:
                cursor.execute(_USED_SQL, values)
                used = cursor.fetchone()
        if row is None:
            raise NoneLeft(((used[0] if used else 0) + 1 - self.at_once) * self.pause)
        return TakenGuess(self, mark, is_last=row[0] + 1 > self.at_once)

    def _mark(self, key: bytes, parts: tuple[str, ...]) -> uuid.UUID:
        digest = hashlib.blake2b(key=key, digest_size=8)
        for part in parts:
            data = part.encode(errors="replace")
            digest.update(len(data).to_bytes(4) + data)
        place = int.from_bytes(digest.digest()) % ROOM
        words = f"guesses\0{self.name}\0{place}".encode()
        return uuid.UUID(bytes=hashlib.blake2b(words, key=key, digest_size=16).digest())


def guess_clock() -> float:
    """By the clock of the machine, which its processes share."""
    return time.time()


def remove_refilled_guesses() -> int:
    """Delete what stands under a key that nobody has any more; how many."""
    oldest = int(shared.seconds_now() // shared.PERIOD_SECONDS) - shared.MOST_KEYS_BEFORE
    return GuessCount.objects.filter(period__lt=oldest).delete()[0]
