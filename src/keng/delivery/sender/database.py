"""The connection over which rows are leased and outcomes recorded: one round trip, one commit."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from keng.delivery.sender import sql
from keng.delivery.sender.rows import (
    LEASE_SECONDS,
    DeliveryChange,
    LeasedDelivery,
    UnitTurn,
)
from keng.kit.database import session_name

# These statements touch few rows by their keys, whatever the tables held when a plan was first
# made: planned once, never by reading a whole table.
PLANS_BY_KEYS = (
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off "
    "-c enable_mergejoin=off -c enable_bitmapscan=off"
)


@contextlib.asynccontextmanager
async def closed_if_it_only_reads(connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[None]:
    """The next one may lead to a server that writes: after a failover this one never would."""
    try:
        yield
    except psycopg.errors.ReadOnlySqlTransaction:
        await connection.close()
        raise


class SenderDatabase:
    """All changes of rows by one sender. One caller at a time; a lost connection is replaced."""

    def __init__(self, database: str, sender: uuid.UUID) -> None:
        limits = conninfo_to_dict(database).get("options") or ""
        self._dsn = make_conninfo(
            database, options=f"{limits} {PLANS_BY_KEYS}", application_name=session_name("sender")
        )
        self._sender = sender
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._lock = asyncio.Lock()

    async def record_and_lease(
        self,
        changes: Sequence[DeliveryChange],
        counts: dict[uuid.UUID, int],
        turns: Sequence[UnitTurn] = (),
    ) -> list[LeasedDelivery]:
        """Record what came of the last rows and lease the next: both are committed, or neither.

        `turns`: the units that wait side by side on an account, who is first in turn first.
        """
        async with self._turn() as connection:
            cursor = connection.cursor(binary=True)
            async with connection.pipeline():
                if changes:
                    await connection.execute(sql.RECORD, self.record_values(changes), prepare=True)
                if counts:
                    lease = sql.LEASE_BY_TURNS if turns else sql.LEASE
                    await cursor.execute(lease, self.lease_values(counts, turns), prepare=True)
            return (
                [LeasedDelivery._make(found) for found in await cursor.fetchall()] if counts else []
            )

    @contextlib.asynccontextmanager
    async def lease_uncommitted(
        self, counts: dict[uuid.UUID, int]
    ) -> AsyncIterator[list[LeasedDelivery]]:
        """For a deliberate fault only: rows whose lease is not committed while the block runs."""
        async with self._turn() as connection, connection.transaction():
            cursor = connection.cursor(binary=True)
            await cursor.execute(sql.LEASE, self.lease_values(counts))
            yield [LeasedDelivery._make(found) for found in await cursor.fetchall()]

    async def give_back(self, ids: Sequence[uuid.UUID]) -> None:
        await self._execute(sql.GIVE_BACK, {"ids": list(ids), "sender": self._sender})

    async def extend(self, ids: Sequence[uuid.UUID]) -> None:
        await self._execute(
            sql.EXTEND, {"ids": list(ids), "sender": self._sender, "lease": LEASE_SECONDS}
        )

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    def lease_values(
        self, counts: dict[uuid.UUID, int], turns: Sequence[UnitTurn] = ()
    ) -> dict[str, Any]:
        """The values of sql.LEASE, and of sql.LEASE_BY_TURNS."""
        return {
            "shared": [turn.account_id for turn in turns],
            "rungs": [turn.priority for turn in turns],
            "units": [turn.unit_ref for turn in turns],
            "accounts": list(counts),
            "counts": list(counts.values()),
            "sender": self._sender,
            "lease": LEASE_SECONDS,
        }

    def record_values(self, changes: Sequence[DeliveryChange]) -> dict[str, Any]:
        """The values of sql.RECORD."""
        # By their ids, in the order in which whoever calls rows off locks them.
        in_order = sorted(changes, key=lambda change: change.id)
        ids, states, outcomes, provider_ids, codes, waits, times, statuses, counts = zip(
            *in_order, strict=True
        )
        return {
            "sender": self._sender,
            "ids": list(ids),
            "states": list(states),
            "outcomes": list(outcomes),
            "provider_ids": list(provider_ids),
            "codes": list(codes),
            "waits": list(waits),
            "times": list(times),
            "statuses": list(statuses),
            "uncounted": [0 if counted else 1 for counted in counts],
        }

    async def _execute(self, statement: str, values: dict[str, Any]) -> None:
        async with self._turn() as connection:
            await connection.execute(statement, values)

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with self._lock:
            connection = await self._connected()
            async with closed_if_it_only_reads(connection):
                yield connection

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)
        return self._connection
