"""Whose calls are bundled: many reports of great danger from one line within an hour.

Nothing is refused and nothing is put off: each report is a tip with its place in the list and its
clock. Only the calls are made together, or one person could ring everybody out of bed forty times.

A line may be a household, or a village behind one address. So the first three different reports of
a line ring by themselves, and only what says the same of the same place again is called with the
one it repeats. From the fourth different one on, a line has one call together with all that
follow: whoever varies the place and the words gains nothing by it.

Who sent something, and what it said, is known here as hashes under a key that lives in this
process's memory, an hour at most. No row holds them. Two processes know nothing of each other, and
one that was started anew has forgotten everything: then it rings once more, which harms nobody.
"""

import hashlib
import heapq
import os
import threading
import time
import uuid
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from keng.language.similarity import jaccard, shingles

LINE_REMEMBERED_SECONDS = 3600.0
OWN_CALLS_OF_LINE = 3
_MOST = 20_000
_ALIKE = 0.5
# Of a longer text the smallest hashes stand for all, so that a line takes a kilobyte at most.
_KEPT_HASHES = 48
_HASH_BYTES = 8


class BundledWith(NamedTuple):
    """The tip whose calls are this one's too, and whether that is for want of own calls."""

    first: uuid.UUID
    is_joint: bool


@dataclass(slots=True)
class _Call:
    """One report that rang by itself: which, of what place and danger, and its words as hashes."""

    tip_id: uuid.UUID
    matter: bytes
    words: "array[int]"


@dataclass(slots=True)
class _Line:
    """What one line told one desk within the hour."""

    own: list[_Call] = field(default_factory=list)
    joint: uuid.UUID | None = None


class LineBundles:
    """Which tip the calls of another one belong to, by hashes of line and desk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._end: threading.Timer | None = None
        self.forget()

    def bundle_of(
        self,
        mark: bytes,
        *,
        unit_id: uuid.UUID,
        place_id: uuid.UUID | None,
        kind: str,
        text: str,
        tip_id: uuid.UUID,
    ) -> BundledWith | None:
        """Whose calls are this tip's too; None for one that rings by itself.

        `kind` is that of the danger; `text` as it was written.
        """
        said = shingles(text)
        with self._lock:
            if self._clock() - self._since > LINE_REMEMBERED_SECONDS:
                self._renew()
            line = self._line_of(mark, unit_id)
            matter = self._hash(b"matter", (place_id.bytes if place_id else b"") + kind.encode())
            return self._join(line, _Call(tip_id, matter, self._hashes(said)))

    def forget(self) -> None:
        """Forget every sender: the key dies with what stood under it."""
        with self._lock:
            self._renew()

    def __len__(self) -> int:
        return len(self._lines)

    def _join(self, line: _Line, new: _Call) -> BundledWith | None:
        if new.tip_id == line.joint or any(new.tip_id == call.tip_id for call in line.own):
            return None
        for call in line.own:
            if call.matter == new.matter and _are_alike(call.words, new.words):
                return BundledWith(call.tip_id, is_joint=False)
        if len(line.own) < OWN_CALLS_OF_LINE:
            line.own.append(new)
            return None
        if line.joint is None:
            line.joint = new.tip_id
            return None
        return BundledWith(line.joint, is_joint=True)

    def _line_of(self, mark: bytes, unit_id: uuid.UUID) -> _Line:
        key = self._hash(b"line", unit_id.bytes + mark)
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= _MOST:
                # The oldest: a crowd of senders must not empty all the others.
                del self._lines[next(iter(self._lines))]
            line = self._lines[key] = _Line()
            self._forget_in_time()
        return line

    def _hashes(self, words: frozenset[str]) -> "array[int]":
        hashes = (
            int.from_bytes(self._hash(b"word", word.encode())[:_HASH_BYTES]) for word in words
        )
        return array("Q", heapq.nsmallest(_KEPT_HASHES, hashes))

    def _hash(self, purpose: bytes, value: bytes) -> bytes:
        return hashlib.blake2b(value, key=self._key, person=purpose, digest_size=16).digest()

    def _renew(self) -> None:
        self._key, self._since = os.urandom(32), self._clock()
        self._lines: dict[bytes, _Line] = {}
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _forget_in_time(self) -> None:
        """Also when nobody writes any more."""
        if self._end is None:
            self._end = threading.Timer(LINE_REMEMBERED_SECONDS, self.forget)
            self._end.daemon = True
            self._end.start()


def _are_alike(one: "array[int]", other: "array[int]") -> bool:
    """By the smallest hashes of both together, which stand for all."""
    smallest = set(heapq.nsmallest(_KEPT_HASHES, {*one, *other}))
    return one == other or jaccard(smallest & {*one}, smallest & {*other}) >= _ALIKE


bundles = LineBundles()
