"""Which mailbox an address leads to, and which were asked for lately: no row says either.

One mailbox has any number of addresses: "hoa+1@…", "Hoa@…", at Google also "h.oa@…". Each may
subscribe, and whoever types them one after the other fills one mailbox.
"""

import hashlib
import os
import threading
import time

_KEY = os.urandom(32)
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_MOST = 20_000


def mailbox_of(address: str) -> str:
    """The mailbox an address leads to, as most mail services read it."""
    name, _at, host = address.strip().casefold().rpartition("@")
    name = name.partition("+")[0]
    if host in _GOOGLE:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"


class Mailboxes:
    """Holds a mailbox for the address that asked first, for some seconds.

    In this process's memory only, under hashes whose key dies with it.
    """

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._held: dict[bytes, tuple[bytes, float]] = {}

    def hold(self, address: str) -> bool:
        """False while another address of the same mailbox holds it."""
        mailbox, asked, now = _mark(mailbox_of(address)), _mark(address), time.monotonic()
        with self._lock:
            holder, until = self._held.get(mailbox, (asked, 0.0))
            if holder != asked and now < until:
                return False
            self._held.pop(mailbox, None)
            if len(self._held) >= _MOST:
                # The one that was held first.
                del self._held[next(iter(self._held))]
            self._held[mailbox] = (asked, now + self._seconds)
        return True

    def forget(self) -> None:
        """Forget every mailbox (for tests)."""
        with self._lock:
            self._held.clear()


def _mark(address: str) -> bytes:
    return hashlib.blake2b(address.strip().casefold().encode(), key=_KEY, digest_size=16).digest()
