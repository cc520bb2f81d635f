"""The sender's ledger in PostgreSQL: its rows over their own connection, the rest over others."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool

from keng import channels
from keng.acts.locks import lock, wait_for_turn
from keng.acts.work import run_work
from keng.audit.actions import record
from keng.channels.base import Credentials, Outcome
from keng.channels.by_hand import BY_HAND
from keng.channels.group_chats import ProviderGroup
from keng.channels.upkeep import RECONNECT, AccountPackage, NewTokens
from keng.delivery.actions.addresses import end_address
from keng.delivery.credentials import credentials_for_sending, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.delivery.sender import accounts, group_store, orm_threads, sql
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.database import SenderDatabase, closed_if_it_only_reads
from keng.delivery.sender.ledger import GroupToMake, StoredText, StoredTokens
from keng.delivery.sender.rows import MOST_TRIES, DeliveryChange, LeasedDelivery, UnitTurn
from keng.kit.advisory_locks import TurnLock
from keng.kit.database import session_name

_T = TypeVar("_T")


class PostgresLedger:
    """Everything one sender process asks of the database. See SenderLedger."""

    def __init__(self, database: str, sender: uuid.UUID) -> None:
        self._dsn = database
        self._rows = SenderDatabase(database, sender)
        self.tokens = PostgresTokens()
        self.groups = PostgresGroups()
        self.pool: AsyncConnectionPool[Any]

    async def open(self) -> None:
        self.pool = AsyncConnectionPool(
            self._dsn,
            min_size=1,
            max_size=4,
            open=False,
            timeout=10,
            reconnect_timeout=10,
            kwargs={"autocommit": True, "application_name": session_name("sender")},
        )
        await self.pool.open()

    async def close(self) -> None:
        """One that cannot be closed leaves none of the others open."""
        try:
            await orm_threads.close_threads()
        finally:
            try:
                await self._rows.close()
            finally:
                await self.pool.close()

    @asynccontextmanager
    async def _pooled(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with (
            self.pool.connection() as connection,
            closed_if_it_only_reads(connection),
        ):
            yield connection

    # -- rows

    async def record_and_lease(
        self,
        changes: Sequence[DeliveryChange],
        counts: dict[uuid.UUID, int],
        turns: Sequence[UnitTurn] = (),
    ) -> list[LeasedDelivery]:
        return await self._rows.record_and_lease(changes, counts, turns)

    def lease_uncommitted(
        self, counts: dict[uuid.UUID, int]
    ) -> AbstractAsyncContextManager[list[LeasedDelivery]]:
        return self._rows.lease_uncommitted(counts)

    async def give_back(self, ids: Sequence[uuid.UUID]) -> None:
        await self._rows.give_back(ids)

    async def extend(self, ids: Sequence[uuid.UUID]) -> None:
        await self._rows.extend(ids)

    async def sweep(self) -> bool:
        idempotent = channels.codes_where(lambda channel: channel.can.idempotent)
        async with self._pooled() as connection:
            swept = await connection.execute(
                sql.SWEEP, {"idempotent": idempotent, "most": MOST_TRIES}
            )
            woken = await connection.execute(sql.WAKE)
        return bool(swept.rowcount or woken.rowcount)

    async def who_waits(self, accounts: Sequence[uuid.UUID]) -> list[UnitTurn]:
        async with self._pooled() as connection:
            cursor = await connection.execute(sql.WHO_WAITS, {"accounts": list(accounts)})
            return [UnitTurn(*found) for found in await cursor.fetchall()]

    async def is_called_off(self, row_id: uuid.UUID) -> bool:
        return await self._one(sql.CALLED_OFF, row_id) is not None

    async def read_text(self, text_id: uuid.UUID | None) -> StoredText | None:
        found = await self._one(sql.TEXT, text_id)
        return found and StoredText(*found)

    async def _one(self, question: str, row_id: uuid.UUID | None) -> Any:
        async with self._pooled() as connection:
            return await (await connection.execute(question, (row_id,))).fetchone()

    # -- accounts and addresses

    async def read_accounts(self) -> dict[uuid.UUID, SendingAccount]:
        async with self._pooled() as connection:
            cursor = await connection.execute(
                sql.ACCOUNTS, {"reconnect": RECONNECT, "hand": BY_HAND}
            )
            ids = [found[0] for found in await cursor.fetchall()]
        return await orm_threads.in_orm_thread(accounts.read_accounts, ids)

    async def read_tokens_again(self, account: SendingAccount) -> None:
        await orm_threads.in_orm_thread(accounts.read_tokens_again, account)

    async def pause(self, account_id: uuid.UUID, seconds: float) -> None:
        async with self._pooled() as connection:
            await connection.execute(sql.PAUSE, {"account": account_id, "seconds": seconds})

    async def open_circuit(self, account_id: uuid.UUID, outcome: Outcome, used: bytes) -> None:
        await orm_threads.in_orm_thread(accounts.open_circuit, account_id, outcome, used)

    async def close_circuit(self, account_id: uuid.UUID) -> None:
        await orm_threads.in_orm_thread(accounts.close_circuit, account_id)

    async def keep_learned_facts(self, account_id: uuid.UUID, learned: dict[str, str]) -> None:
        await orm_threads.in_orm_thread(accounts.keep_learned_facts, account_id, learned)

    async def end_address(self, kind: str, ref: uuid.UUID, code: str) -> None:
        await orm_threads.in_orm_thread(_end_address, kind, ref, code)

    async def move_address(self, kind: str, ref: uuid.UUID, new_address: str) -> None:
        await orm_threads.in_orm_thread(accounts.move_address, kind, ref, new_address)

    async def begin_comparing(
        self, account_id: uuid.UUID, every: float, *, at_first: datetime
    ) -> datetime | None:
        values = {"account": account_id, "every": every, "at_first": at_first}
        async with self._pooled() as connection:
            row = await (await connection.execute(sql.BEGIN_COMPARING, values)).fetchone()
        return row[0] if row else None

    async def known_messages(self, keys: Sequence[bytes]) -> set[bytes]:
        async with self._pooled() as connection:
            cursor = await connection.execute(sql.KNOWN_MESSAGES, (list(keys),))
            return {bytes(key) for (key,) in await cursor.fetchall()}

    async def end_comparing(
        self, account_id: uuid.UUID, known_until: datetime, *, has_fetched: bool
    ) -> None:
        values = {"account": account_id, "known_until": known_until, "has_fetched": has_fetched}
        async with self._pooled() as connection:
            await connection.execute(sql.END_COMPARING, values)

    async def begin_asking_package(self, account_id: uuid.UUID, every: float) -> bool:
        values = {"account": account_id, "every": every}
        async with self._pooled() as connection:
            cursor = await connection.execute(sql.BEGIN_ASKING_PACKAGE, values)
            return await cursor.fetchone() is not None

    async def keep_package(self, account_id: uuid.UUID, package: AccountPackage) -> None:
        values = {"account": account_id, "name": package.name, "ends_on": package.ends_on}
        async with self._pooled() as connection:
            await connection.execute(sql.KEEP_PACKAGE, values)

    async def ask_package_again(self, account_id: uuid.UUID, after: float) -> None:
        values = {"account": account_id, "after": after}
        async with self._pooled() as connection:
            await connection.execute(sql.ASK_PACKAGE_AGAIN, values)

    async def notices(self) -> AsyncIterator[None]:
        async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
            await connection.execute("LISTEN keng_delivery")
            async for _notice in connection.notifies():
                yield


def _end_address(kind: str, ref: uuid.UUID, code: str) -> None:
    end_address(kind, ref, code, by="sender")


class PostgresGroups:
    """Group chats of accounts. See GroupStore."""

    async def begin_listing(self, account_id: uuid.UUID) -> datetime | None:
        return await orm_threads.in_orm_thread(group_store.begin_listing, account_id)

    async def keep_groups(
        self, account_id: uuid.UUID, groups: Sequence[ProviderGroup]
    ) -> list[str]:
        return await orm_threads.in_orm_thread(group_store.keep_groups, account_id, groups)

    async def end_group(self, account_id: uuid.UUID, address: str, code: str) -> None:
        await orm_threads.in_orm_thread(group_store.end_group, account_id, address, code)

    async def end_listing(self, account_id: uuid.UUID, begun_at: datetime, code: str) -> None:
        await orm_threads.in_orm_thread(group_store.end_listing, account_id, begun_at, code)

    async def group_to_make(self, account_id: uuid.UUID) -> GroupToMake | None:
        await orm_threads.in_orm_thread(group_store.expire_old_requests, account_id)
        return await orm_threads.in_orm_thread(group_store.group_to_make, account_id)

    async def reserve_slot(self, request_id: uuid.UUID, slot: str, listed_at: datetime) -> bool:
        return await orm_threads.in_orm_thread(
            group_store.reserve_slot, request_id, slot, listed_at
        )

    async def reject_request(self, request_id: uuid.UUID, code: str) -> None:
        await orm_threads.in_orm_thread(group_store.reject_request, request_id, code)

    async def keep_made_group(self, request_id: uuid.UUID, group: ProviderGroup) -> None:
        await orm_threads.in_orm_thread(group_store.keep_made_group, request_id, group)


class PostgresTokens:
    """The tokens of the accounts. See TokenStore."""

    def in_turn(
        self, account_id: uuid.UUID, do: Callable[[StoredTokens], _T], *, may_repeat: bool
    ) -> _T:
        """Under a lock of its own, since the account's row has to stay free for leasing."""

        def in_our_turn() -> _T:
            wait_for_turn(TurnLock.CHANNEL_TOKENS, account_id)
            return do(AccountTokens(ChannelAccount.objects.get(pk=account_id)))

        return run_work(f"{__name__}.in_turn", in_our_turn, retry=may_repeat)


@dataclass(frozen=True, slots=True)
class AccountTokens:
    """The pair in an account's row. See StoredTokens."""

    account: ChannelAccount

    @property
    def sealed(self) -> bytes:
        return bytes(self.account.tokens_sealed)

    def credentials(self) -> Credentials:
        return credentials_for_sending(self.account)

    def replace(self, used: bytes, found: NewTokens) -> None:
        row = lock(ChannelAccount.objects.all()).get(pk=self.account.pk)
        if bytes(row.tokens_sealed) != used:
            return
        keep_tokens(row, found.secrets)
        row.tokens_expire_at = found.expire_at
        row.save(
            update_fields=[
                "tokens_sealed",
                "tokens_expire_at",
                "tokens_renewed_at",
                "circuit_open_since",
                "circuit_reason",
            ]
        )
        record("channel.tokens_renewed", by="sender", on=row, chain=f"channel:{row.id}")
