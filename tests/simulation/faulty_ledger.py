"""The ledger of one simulated sender: what it asks is on its way for a while, and may be lost.

A statement is done at one moment between two waits. Killed before, it was never asked; killed
after, it is done and nobody heard of it.

Transactions at the same time are not simulated: each is done whole, so what SKIP LOCKED, locks and
the order of commits decide between two senders is shown by the tests on PostgreSQL alone.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import greenlet
import psycopg
from django.db import OperationalError as OrmOperationalError

from keng import channels
from keng.channels.base import Credentials, Outcome
from keng.channels.upkeep import RECONNECT, AccountPackage, NewTokens
from keng.delivery.sender.accounts import AccountState, SendingAccount
from keng.delivery.sender.ledger import StoredText, StoredTokens
from keng.delivery.sender.rows import DeliveryChange, LeasedDelivery, UnitTurn

if TYPE_CHECKING:
    from tests.simulation.world import World

T = TypeVar("T")
# A stopped account is tried again after so long.
STOPPED_SECONDS = 300.0


@dataclass(slots=True)
class SimulatedAccount:
    """What an account's row holds beside its bucket."""

    id: uuid.UUID
    channel: str
    rate_per_minute: int
    tokens: bytes = b""
    expire_at: float | None = None
    stopped_at: float | None = None
    stopped_for: str = ""

    def may_send(self, now: float) -> bool:
        if self.stopped_at is None:
            return True
        return self.stopped_at < now - STOPPED_SECONDS and RECONNECT not in self.stopped_for

    def credentials(self) -> Credentials:
        pair = json.loads(self.tokens) if self.tokens else {}
        return Credentials({"app_id": "1", "app_secret": "s", "oa_id": "1"} | pair)

    def sending(self) -> SendingAccount:
        return SendingAccount(
            id=self.id,
            slug=self.channel,
            channel=channels.get_channel(self.channel),
            credentials=self.credentials(),
            base_url="",
            rate_per_minute=self.rate_per_minute,
            tokens_version=self.tokens,
            tokens_expire_at=self.expire_at and datetime.fromtimestamp(self.expire_at, UTC),
            is_probing=self.stopped_at is not None,
            state=AccountState(),
        )


class FaultyLedger:
    """One sender's view of the world's rows. See keng.delivery.sender.ledger.SenderLedger."""

    def __init__(self, world: "World", sender: uuid.UUID) -> None:
        self.world = world
        self.sender = sender
        self.tokens = FaultyTokens(world)
        self.groups = NoGroups()
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Nothing to connect."""

    async def close(self) -> None:
        """Nothing to close."""

    async def _ask(self, what: str, do: Callable[[float], T]) -> T:
        return await self.world.ask(what, do)

    async def record_and_lease(
        self,
        changes: Sequence[DeliveryChange],
        counts: dict[uuid.UUID, int],
        turns: Sequence[UnitTurn] = (),
    ) -> list[LeasedDelivery]:
        rows, world = self.world.rows, self.world

        def record_and_lease(now: float) -> list[LeasedDelivery]:
            leased = rows.record_and_lease(self.sender, changes, counts, turns, now)
            world.note_recorded(changes)
            world.note_leased(leased)
            return leased

        async with self._turn:
            return await self._ask("record and lease", record_and_lease)

    async def give_back(self, ids: Sequence[uuid.UUID]) -> None:
        async with self._turn:
            await self._ask(
                "give back", lambda now: self.world.rows.give_back(self.sender, ids, now)
            )

    async def extend(self, ids: Sequence[uuid.UUID]) -> None:
        async with self._turn:
            await self._ask("extend", lambda now: self.world.rows.extend(self.sender, ids, now))

    async def sweep(self) -> bool:
        return await self._ask("sweep", self.world.rows.sweep)

    async def who_waits(self, accounts: Sequence[uuid.UUID]) -> list[UnitTurn]:
        return await self._ask(
            "who waits", lambda now: self.world.rows.who_waits(list(accounts), now)
        )

    async def is_called_off(self, row_id: uuid.UUID) -> bool:
        found = await self._ask("called off?", lambda _now: self.world.rows.is_called_off(row_id))
        self.world.note_asked(row_id, is_called_off=found)
        return found

    async def read_text(self, text_id: uuid.UUID | None) -> StoredText | None:
        return await self._ask("text", lambda _now: StoredText("Chào bạn", "", "vi", ""))

    async def read_accounts(self) -> dict[uuid.UUID, SendingAccount]:
        def read(now: float) -> dict[uuid.UUID, SendingAccount]:
            return {a.id: a.sending() for a in self.world.accounts.values() if a.may_send(now)}

        return await self._ask("accounts", read)

    async def read_tokens_again(self, account: SendingAccount) -> None:
        fresh = await self._ask("tokens", lambda _now: self.world.accounts[account.id].sending())
        account.credentials = fresh.credentials
        account.tokens_version = fresh.tokens_version
        account.tokens_expire_at = fresh.tokens_expire_at

    async def pause(self, account_id: uuid.UUID, seconds: float) -> None:
        await self._ask("pause", lambda now: self.world.rows.pause(account_id, seconds, now))

    async def begin_comparing(
        self, account_id: uuid.UUID, every: float, *, at_first: datetime
    ) -> None:
        """The simulated provider keeps no chats, so nobody has a turn to compare them."""

    async def known_messages(self, keys: Sequence[bytes]) -> set[bytes]:
        raise AssertionError("chats are compared, though nobody had a turn to")

    async def end_comparing(
        self, account_id: uuid.UUID, known_until: datetime, *, has_fetched: bool
    ) -> None:
        raise AssertionError("chats were compared, though nobody had a turn to")

    async def begin_asking_package(self, account_id: uuid.UUID, every: float) -> bool:
        """The simulated provider has no packages, so nobody has a turn to ask of them."""
        return False

    async def keep_package(self, account_id: uuid.UUID, package: AccountPackage) -> None:
        raise AssertionError("a package is kept, though nobody had a turn to ask")

    async def ask_package_again(self, account_id: uuid.UUID, after: float) -> None:
        raise AssertionError("a package is asked again, though nobody had a turn to ask")

    async def open_circuit(self, account_id: uuid.UUID, outcome: Outcome, used: bytes) -> None:
        def stop(now: float) -> None:
            account = self.world.accounts[account_id]
            if account.tokens == used:
                account.stopped_at = now
                account.stopped_for = f"{outcome.code} {outcome.reason}"

        await self._ask("open circuit", stop)

    async def close_circuit(self, account_id: uuid.UUID) -> None:
        def go_on(_now: float) -> None:
            self.world.accounts[account_id].stopped_at = None

        await self._ask("close circuit", go_on)

    async def keep_learned_facts(self, account_id: uuid.UUID, learned: dict[str, str]) -> None:
        raise AssertionError("nothing is learned here")

    async def end_address(self, kind: str, ref: uuid.UUID, code: str) -> None:
        await self._ask("end address", lambda _now: None)

    async def move_address(self, kind: str, ref: uuid.UUID, new_address: str) -> None:
        raise AssertionError("nobody moves here")

    async def notices(self) -> AsyncIterator[None]:
        while True:
            await self.world.notice()
            yield


class NoGroups:
    """The simulated provider has no groups to list or to make. See GroupStore."""

    async def begin_listing(self, account_id: uuid.UUID) -> None:
        """Nobody has a turn."""

    async def group_to_make(self, account_id: uuid.UUID) -> None:
        """Nobody asks for one."""


class FaultyTokens:
    """The tokens of the world's accounts; one greenlet at a time has the turn of an account."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def in_turn(
        self, account_id: uuid.UUID, do: Callable[[StoredTokens], T], *, may_repeat: bool
    ) -> T:
        loop = self.world.loop
        with self._turn(account_id), self.world.renewal(account_id):
            stored = FaultyStoredTokens(self.world, self.world.accounts[account_id])
            loop.wait_from_thread(self._orm("tokens: read", lambda _now: stored.read()))
            found = do(stored)
            loop.wait_from_thread(self._orm("tokens: commit", lambda _now: stored.commit()))
            return found

    @contextmanager
    def _turn(self, account_id: uuid.UUID):
        """A lock of the database: whoever dies gives it up."""
        taken = self.world.token_turns
        while account_id in taken:
            self.world.loop.wait_from_thread(asyncio.sleep(0.05))
        taken[account_id] = greenlet.getcurrent()
        try:
            yield
        finally:
            del taken[account_id]

    async def _orm(self, what: str, do: Callable[[float], T]) -> T:
        try:
            return await self.world.ask(what, do)
        except psycopg.Error as error:
            raise OrmOperationalError from error


class FaultyStoredTokens:
    """A transaction over one account's tokens: what is replaced is there once it is committed."""

    def __init__(self, world: "World", account: SimulatedAccount) -> None:
        self._world = world
        self._account = account
        self._new: NewTokens | None = None
        self._used = b""
        self.sealed = b""

    def read(self) -> None:
        self.sealed = self._account.tokens

    def credentials(self) -> Credentials:
        return self._account.credentials()

    def replace(self, used: bytes, found: NewTokens) -> None:
        self._new, self._used = found, used

    def commit(self) -> None:
        """Compared with the row as it is now: a person may have connected the account meanwhile."""
        account = self._account
        if self._new is None or account.tokens != self._used:
            return
        account.tokens = json.dumps(dict(self._new.secrets)).encode()
        account.expire_at = self._new.expire_at.timestamp()
        account.stopped_at, account.stopped_for = None, ""
        self._world.provider.note_pair_stored(account.id, self._new.secrets["refresh_token"])
