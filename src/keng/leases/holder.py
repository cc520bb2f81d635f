"""The leases of one process: taken where they are free, renewed while it lives, then given back.

A lease is a row with a name, a holder and an end. Whoever finds it ended takes it, so what a killed
process did goes on elsewhere after so many seconds, and nobody has to notice its death. A process
that stood still for longer than its lease lasts does not believe in it any more (`holds`); what it
had begun by then may still be committed beside the next holder's first portion.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping

from django.db import Error, connection

from keng.kit.alive import boot_clock
from keng.kit.busy import is_busy_error
from keng.kit.database import TimeLimits
from keng.leases import LONGEST_LEASE_SECONDS
from keng.leases.connection_limits import ConnectionLimits

log = logging.getLogger(__name__)
# It is renewed three times before it ends: one renewal that comes late loses nothing.
_RENEWED_IN = 3
_PAUSE_AFTER_ERROR = 0.5
# A row is somebody else's for the moment of a renewal, and no longer.
_LIMITS = TimeLimits(statement=2, lock=1, idle=5)

_ACQUIRE_OR_RENEW = """
INSERT INTO leases_lease AS lease (name, holder, ends_at)
SELECT wanted.name, %(holder)s, clock_timestamp() + wanted.seconds * interval '1 second'
FROM unnest(%(names)s::text[], %(seconds)s::float8[]) AS wanted (name, seconds)
ORDER BY wanted.name
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
WHERE lease.holder = excluded.holder OR lease.ends_at < clock_timestamp()
   OR lease.ends_at > clock_timestamp() + %(longest)s * interval '1 second'
RETURNING lease.name
"""
_RELEASE = "DELETE FROM leases_lease WHERE holder = %s"


class LeaseHolder:
    """One process and the leases that it wants.

    `renew_until` has a thread and a connection of its own.
    """

    def __init__(
        self, lasting: Mapping[str, float], is_working: Callable[[str], bool] | None = None
    ) -> None:
        """`lasting`: for how many seconds each lease lasts when nobody renews it.

        One for which `is_working` says no is not renewed: what stands still gives it up.
        """
        if max(lasting.values(), default=0) > LONGEST_LEASE_SECONDS:
            raise ValueError("others would take such a lease for one that is over")
        self.id = uuid.uuid4()
        self._lasting = dict(lasting)
        self._is_working = is_working or (lambda _name: True)
        self._until: dict[str, float] = {}
        self._renew_at = dict.fromkeys(self._lasting, 0.0)
        self._limits = ConnectionLimits(_LIMITS)

    def holds(self, name: str) -> bool:
        """Whether it is ours now: by a clock that nobody sets, counted from before we asked."""
        return boot_clock() < self._until.get(name, 0.0)

    def renew_until(self, stop: threading.Event) -> None:
        """Take and renew what is due until `stop`, then give all of it back."""
        try:
            while not stop.wait(self.renew_due()):
                pass
        finally:
            self.release()
            connection.close()

    def renew_due(self) -> float:
        """Ask for those whose turn it is; after how many seconds the next one's is."""
        now = boot_clock()
        due = sorted(name for name, at in self._renew_at.items() if at <= now)
        if due:
            try:
                self._acquire_or_renew(due, now)
            except Error as error:
                log.warning("No lease was renewed (%s).", type(error).__name__)
                if not is_busy_error(error):
                    # A database that has crashed meanwhile knows of none: another may have them.
                    self._until.clear()
                connection.close()
                return _PAUSE_AFTER_ERROR
        next_one = min(self._renew_at.values(), default=now + 1)
        return max(next_one - boot_clock(), 0.01)

    def _acquire_or_renew(self, due: list[str], now: float) -> None:
        working = [name for name in due if self._is_working(name)]
        self._limits.ensure()
        with connection.cursor() as cursor:
            cursor.execute(
                _ACQUIRE_OR_RENEW,
                {
                    "holder": self.id,
                    "names": working,
                    "longest": LONGEST_LEASE_SECONDS,
                    "seconds": [self._lasting[name] for name in working],
                },
            )
            taken = {name for (name,) in cursor.fetchall()}
        for name in due:
            self._renew_at[name] = now + self._lasting[name] / _RENEWED_IN
            if name in taken:
                self._until[name] = now + self._lasting[name]
            elif name in working:
                # Somebody else's: ours had ended.
                self._until.pop(name, None)

    def release(self) -> None:
        """At an end in order: whoever waits for them need not wait for their end."""
        self._until.clear()
        try:
            with connection.cursor() as cursor:
                cursor.execute(_RELEASE, [self.id])
        except Error as error:
            log.warning("The leases were not given back (%s): they end.", type(error).__name__)
