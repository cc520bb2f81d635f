"""Whose calls are bundled: many alike reports of great danger from one sender within an hour.

Nothing is refused and nothing is put off: each report is a tip with its place in the list and its
clock. Only the calls are made once, or one person could ring everybody out of bed forty times.

Who sent something is known here as a hash under a key that lives in this process's memory, an hour
at most and its counts with it. No row holds it. Two processes know nothing of each other, and one
that was started anew has forgotten everything: then it rings once more, which harms nobody.
"""

import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable

LIFE = 3600.0
_MOST = 20_000


class Bundles:
    """The first tip of each bundle, by a hash of who sent it, for which place, and which danger."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._end: threading.Timer | None = None
        self.forget()

    def first_of(
        self,
        mark: bytes,
        *,
        unit_id: uuid.UUID,
        place_id: uuid.UUID | None,
        kind: str,
        tip_id: uuid.UUID,
    ) -> uuid.UUID | None:
        """The tip whose calls are this one's too; None for the first of its kind, which rings."""
        named = b"\0".join(
            [mark, unit_id.bytes, place_id.bytes if place_id else b"", kind.encode()]
        )
        with self._lock:
            if self._clock() - self._since > LIFE:
                self._renew()
            key = hashlib.blake2b(named, key=self._key, digest_size=16).digest()
            first = self._firsts.get(key)
            if first is not None:
                return None if first == tip_id else first
            if len(self._firsts) >= _MOST:
                # The oldest: a crowd of senders must not empty all the others.
                del self._firsts[next(iter(self._firsts))]
            self._firsts[key] = tip_id
            self._forget_in_time()
            return None

    def forget(self) -> None:
        """Forget every sender: the key dies with what stood under it."""
        with self._lock:
            self._renew()

    def __len__(self) -> int:
        return len(self._firsts)

    def _renew(self) -> None:
        self._key, self._since = os.urandom(32), self._clock()
        self._firsts: dict[bytes, uuid.UUID] = {}
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _forget_in_time(self) -> None:
        """Also when nobody writes any more."""
        if self._end is None:
            self._end = threading.Timer(LIFE, self.forget)
            self._end.daemon = True
            self._end.start()


bundles = Bundles()
