"""How often a name and a password, or six digits, may be tried wrongly, and from where.

Nobody is locked out. Whoever guesses waits, and what they do reaches neither a session that is open
nor the officer's own browser:

- A pair of a name and where the try comes from: five wrong ones at once, then one in five minutes.
- A network, whatever the names: thirty at once, then two in a minute. An office changes its shift.
- A name, from all networks together: twenty at once, then one in two minutes. This alone bounds
  whoever has many networks: 740 passwords of a name in the first day and 720 in each later one.

A browser in which somebody has signed in under a name before is known for that name (`browsers`).
It has a pair of its own and neither of the two wide limits, so an attack from everywhere makes
strangers wait and not the officer at the usual machine. In a new browser the officer takes part in
the wide limit of their name, and may have to wait while somebody tries it from many networks.

A passkey is guessed by nobody, so nothing here stands before it: whoever has one signs in from a
new browser as well, however hard somebody guesses from the address of the whole office. Without one
a new browser in such an office waits while the guessing lasts, and no known browser does.

Six digits are asked for after the right password only, and counted apart with the same figures.
Three codes are good at any moment, so whoever has the password finds one with a chance of 3 in
1,000,000 a try: 0.09 % a day from one network (293 tries), 0.22 % a day from everywhere (740). Each
wrong one is on record.

There is room for 50,000 counts of a kind. Beyond that those are given up that say least, and never
one that is used up: where all are, strangers wait. Known browsers have room of their own.

The name is what was typed, whether somebody has it or not: refusals tell no names apart. Counted is
in this process's memory, under hashes whose key dies with it; a network or a name is nowhere in it.
"""

import hashlib
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from keng.kit.rate_limits import TokenBucket

PAIR_LIMIT = (5, 1 / 300)
NETWORK_LIMIT = (30, 1 / 30)
NAME_LIMIT = (20, 1 / 120)
_MOST = 50_000
_LOOKS_AGAIN_AFTER = 60.0


@dataclass(frozen=True)
class TryOrigin:
    """Where a try comes from: a network, and the mark of a browser that is known for the name."""

    network: str
    browser: str = ""


class TooManyTries(Exception):
    """Wait so many seconds; `is_wide` if others caused it and a known browser would not wait."""

    def __init__(self, seconds: float, *, is_wide: bool) -> None:
        super().__init__()
        self.seconds, self.is_wide = max(1, math.ceil(seconds)), is_wide

    @property
    def minutes(self) -> int:
        """The same for people, rounded up."""
        return -(-self.seconds // 60)


@dataclass(frozen=True)
class CountedTry:
    """One try that was let through: counted as wrong until somebody says that it was right."""

    counted_in: tuple[TokenBucket, ...]
    is_last: bool
    """The next one from there has to wait."""

    def count_as_right(self) -> None:
        """It does not count."""
        for bucket in self.counted_in:
            bucket.give_back()


class _Counts:
    """Counts of one kind. Each kind has its own room: many made-up names from one network cannot
    push out the network they come from.
    """

    def __init__(self, figures: tuple[int, float]) -> None:
        self._figures, self._key = figures, os.urandom(32)
        self._buckets: dict[bytes, TokenBucket] = {}
        self._full_until = -math.inf

    def bucket_for(self, now: float, *of: str) -> TokenBucket:
        """Count one more of these. Raises TooManyTries, of which others are the cause if there is
        no room for another count.
        """
        known = self._hash_of(of)
        if known not in self._buckets:
            self._make_room(now)
            at_once, per_second = self._figures
            self._buckets[known] = TokenBucket(at_once=at_once, per_second=per_second, now=now)
        bucket = self._buckets[known]
        seconds = bucket.wait(now)
        if seconds:
            raise TooManyTries(seconds, is_wide=False)
        return bucket

    def _hash_of(self, parts: tuple[str, ...]) -> bytes:
        digest = hashlib.blake2b(key=self._key, digest_size=16)
        for part in parts:
            data = part.encode(errors="replace")
            digest.update(len(data).to_bytes(4) + data)
        return digest.digest()

    def _make_room(self, now: float) -> None:
        """Give up the counts that say least: those that have refilled, then the fullest.

        One that is used up is never given up, or made-up names would give a guesser new tries.
        """
        if len(self._buckets) < _MOST:
            return
        if now < self._full_until:
            raise TooManyTries(self._full_until - now, is_wide=True)
        left = {known: bucket.left(now) for known, bucket in self._buckets.items()}
        fullest = sorted((known for known in left if left[known] >= 1), key=left.__getitem__)
        if not fullest:
            # Looking through all of them has its price, so it is not done for each who is refused.
            self._full_until = now + _LOOKS_AGAIN_AFTER
            raise TooManyTries(_LOOKS_AGAIN_AFTER, is_wide=True)
        # For the same reason many at a time.
        for known in fullest[-max(1, _MOST // 10) :]:
            del self._buckets[known]


class GuessCounter:
    """The counts of one kind of secret."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self._lock = clock, threading.Lock()
        self.forget()

    def begin_try(self, name: str, origin: TryOrigin) -> CountedTry:
        """Let a try through, before anything is read or computed. Raises TooManyTries."""
        name = name.strip().lower()
        now = self.clock()
        with self._lock:
            if origin.browser:
                own = self._browsers.bucket_for(now, name, origin.browser)
                return CountedTry((own,), is_last=own.is_empty)
            return self._begin_of_stranger(now, name, origin.network)

    def _begin_of_stranger(self, now: float, name: str, network: str) -> CountedTry:
        taken: list[TokenBucket] = []
        try:
            # First: a network that is refused makes no counts of the names it makes up.
            taken.append(self._take_wide(self._networks, now, network))
            pair = self._pairs.bucket_for(now, name, network)
            taken.append(pair)
            taken.append(self._take_wide(self._names, now, name))
        except TooManyTries:
            for bucket in taken:
                bucket.give_back()
            raise
        return CountedTry(tuple(taken), is_last=pair.is_empty)

    def _take_wide(self, counts: _Counts, now: float, whose: str) -> TokenBucket:
        """Of a limit in which others take part."""
        try:
            return counts.bucket_for(now, whose)
        except TooManyTries as error:
            raise TooManyTries(error.seconds, is_wide=True) from error

    def forget(self) -> None:
        """Forget every count (for tests)."""
        with self._lock:
            self._browsers, self._pairs = _Counts(PAIR_LIMIT), _Counts(PAIR_LIMIT)
            self._networks, self._names = _Counts(NETWORK_LIMIT), _Counts(NAME_LIMIT)


password_guesses = GuessCounter()
code_guesses = GuessCounter()
