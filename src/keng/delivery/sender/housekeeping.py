"""What the sender does now and then: look at its accounts, sweep, wake, listen."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import psycopg

from keng.delivery.sender.consequences import Consequences
from keng.delivery.sender.ledger import DATABASE_AWAY, SenderLedger
from keng.delivery.sender.rows import UnitTurn
from keng.kit.logs import DATABASE_AWAY as SAID_AS_AWAY

if TYPE_CHECKING:
    import uuid

    from keng.delivery.sender.accounts import SendingAccount

logger = logging.getLogger(__name__)
_ACCOUNTS_EVERY, _SWEEP_EVERY, _LOOK_WHO_WAITS_EVERY = 2.0, 1.0, 0.5
_IN_TOUCH_FOR = 10.0


class Housekeeping:
    """Everything that runs by the clock."""

    def __init__(
        self,
        ledger: SenderLedger,
        consequences: Consequences,
        wake: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._consequences = consequences
        self._wake = wake
        self.accounts: deque[SendingAccount] = deque()
        # Also those that were stopped meanwhile: rows leased before still have to end.
        self.known_accounts: dict[uuid.UUID, SendingAccount] = {}
        # How often somebody said that there may be something to send.
        self.wakes = 0
        self._looked_at = 0.0

    def jobs(self) -> list[Coroutine[Any, Any, None]]:
        return [
            self.repeat(self._look_at_accounts, every=_ACCOUNTS_EVERY),
            self.repeat(self._sweep, every=_SWEEP_EVERY),
            self.repeat(self._look_who_waits, every=_LOOK_WHO_WAITS_EVERY),
            self._listen(),
        ]

    async def repeat(self, job: Callable[[], Awaitable[None]], *, every: float) -> None:
        while True:
            try:
                await job()
            except DATABASE_AWAY as error:
                logger.warning(
                    "%s failed: %s", job.__name__, type(error).__name__, extra=SAID_AS_AWAY
                )
            await asyncio.sleep(every)

    def is_in_touch(self) -> bool:
        """Whether the accounts were read of late: without any there is nothing to lease either."""
        return bool(self._looked_at) and _loop_time() - self._looked_at < _IN_TOUCH_FOR

    def look_now(self) -> None:
        """Something may be due on any account."""
        self.wakes += 1
        for account in self.accounts:
            if not account.rate_per_minute or account.state.look_at - _loop_time() > 0.5:
                account.state.look_at = 0.0
        self._wake()

    async def _look_at_accounts(self) -> None:
        fresh = await self._ledger.read_accounts()
        self._looked_at = _loop_time()
        for key, account in fresh.items():
            if key in self.known_accounts:
                account.state = self.known_accounts[key].state
        before = {account.id for account in self.accounts}
        for key in set(fresh) - before:
            # New, or mended: what was learned of it before no longer holds.
            state = fresh[key].state
            state.paused_until, state.unreached, state.unclear = 0.0, 0, 0
        self.accounts = deque(fresh.values())
        self.known_accounts |= fresh
        for account in fresh.values():
            self._consequences.renew_ahead(account)
        if set(fresh) - before:
            self.look_now()

    async def _sweep(self) -> None:
        if await self._ledger.sweep():
            self.look_now()

    async def _look_who_waits(self) -> None:
        """Where rows of several units are due on one rung, they take turns."""
        waiting = await self._ledger.who_waits([account.id for account in self.accounts])
        for account in self.accounts:
            account.state.sharing = first_shared_rung(
                [turn for turn in waiting if turn.account_id == account.id]
            )

    async def _listen(self) -> None:
        """A wake-up and nothing more: whatever it misses, the next look finds."""
        while True:
            try:
                async for _notice in self._ledger.notices():
                    self.look_now()
            except (psycopg.Error, OSError):
                await asyncio.sleep(0.5)


def first_shared_rung(waiting: list[UnitTurn]) -> list[UnitTurn]:
    """Of what is due on one account: the units of the lowest number that has several."""
    for _rung, turns in itertools.groupby(waiting, key=lambda turn: turn.priority):
        if len(units := list(turns)) > 1:
            return units
    return []


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
