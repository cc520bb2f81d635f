"""The rows of a world in PostgreSQL: the sender's own statements, by the clock of the world.

`now()` and `clock_timestamp()` are found in a schema of ours first: there they say what the world
says. Everything else is as in production.
"""

import asyncio
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from keng.acts.work import work
from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.models import Delivery
from keng.delivery.sender import sql
from keng.delivery.sender.database import SenderDatabase
from keng.delivery.sender.rows import MOST_TRIES, DeliveryChange, LeasedDelivery, UnitTurn
from tests.simulation.ledger_model import ModelAccount, ModelRow

CLOCK = """
CREATE SCHEMA IF NOT EXISTS simulated;
CREATE OR REPLACE FUNCTION simulated.clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
  AS $$ SELECT current_setting('simulated.now')::timestamptz $$;
CREATE OR REPLACE FUNCTION simulated.now() RETURNS timestamptz STABLE LANGUAGE sql
  AS $$ SELECT current_setting('simulated.now')::timestamptz $$;
SET search_path = simulated, public, pg_catalog;
"""
COLUMNS = (
    *("id", "account_id", "channel", "recipient_kind", "recipient_ref", "priority", "is_urgent"),
    *("not_before", "unit_ref", "address", "address_sealed", "text_sealed", "text_id"),
    *("expires_at", "state", "leased_by", "leased_until", "attempts", "provider_id", "code"),
    *("settled_at", "called_off_at"),
)
MOMENTS = {"not_before", "expires_at", "leased_until", "settled_at", "called_off_at"}


class PostgresRows:
    """What LedgerModel does, done by PostgreSQL."""

    def __init__(self, dsn: str, *, unit: uuid.UUID, idempotent: frozenset[str]) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._connection.execute(CLOCK)
        self._unit = unit
        self._idempotent = sorted(idempotent)
        self._accounts = 0
        self._dispatch = self._text = uuid.UUID(int=0)
        self.chance = random.Random(0)

    def close(self) -> None:
        self._connection.close()

    def clear(self) -> None:
        """Without rows and accounts, for the next sequence."""
        self._connection.execute(
            "TRUNCATE delivery_delivery, delivery_attempt, delivery_dispatchtext, "
            "delivery_dispatch, delivery_channelaccount CASCADE"
        )
        self._dispatch = uuid.UUID(int=0)

    # -- what the world adds and looks at

    def add_account(self, account: ModelAccount) -> None:
        self._accounts += 1
        self._ask(
            "INSERT INTO delivery_channelaccount (id, channel, slug, name, unit_id, base_url, "
            "rate_per_minute, bucket_at) VALUES (%s, %s, %s, 'simulated', %s, '', %s, %s)",
            [
                *(account.id, account.channel, f"simulated-{self._accounts}", self._unit),
                *(account.rate_per_minute, datetime.fromtimestamp(account.bucket_at, UTC)),
            ],
            0.0,
        )

    def add(self, row: ModelRow) -> None:
        if not self._dispatch.int:
            self._begin_dispatch(row.text_id)
        values = [_as_moment(name, getattr(row, name)) for name in COLUMNS]
        self._ask(
            f"INSERT INTO delivery_delivery (dispatch_id, {', '.join(COLUMNS)}) "
            f"VALUES (%s, {', '.join('%s' for _name in COLUMNS)})",
            [self._dispatch, *values],
            row.not_before,
        )

    def _begin_dispatch(self, text_id: uuid.UUID | None) -> None:
        self._dispatch = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        self._ask(
            "INSERT INTO delivery_dispatch (id, kind, is_urgent, unit_id) "
            "VALUES (%s, 'notice', false, %s)",
            [self._dispatch, self._unit],
            0.0,
        )
        self._ask(
            "INSERT INTO delivery_dispatchtext (id, dispatch_id, language, text) "
            "VALUES (%s, %s, 'vi', 'x')",
            [text_id, self._dispatch],
            0.0,
        )

    def look(self) -> dict[uuid.UUID, ModelRow]:
        found = self._connection.execute(f"SELECT {', '.join(COLUMNS)} FROM delivery_delivery")
        rows = (dict(zip(COLUMNS, values, strict=True)) for values in found)
        return {
            row["id"]: ModelRow(**{name: _as_seconds(value) for name, value in row.items()})
            for row in rows
        }

    def bucket_at(self, account_id: uuid.UUID) -> float:
        return self._one("SELECT bucket_at FROM delivery_channelaccount WHERE id = %s", account_id)

    def read_attempts(self) -> list[tuple[uuid.UUID, str, str]]:
        found = self._connection.execute(
            "SELECT delivery_ref, outcome, code FROM delivery_attempt ORDER BY id"
        )
        return [tuple(row) for row in found]

    def count_open(self) -> int:
        return self._one("SELECT count(*) FROM delivery_delivery WHERE settled_at IS NULL")

    def best_due(self, account_id: uuid.UUID, now: float) -> int:
        self._set_clock(now)
        return self._one(
            "SELECT coalesce(min(priority), 32767) FROM delivery_delivery WHERE account_id = %s "
            "AND state = 'queued' AND not_before <= now() "
            "AND (expires_at IS NULL OR expires_at > now())",
            account_id,
        )

    def held_by(self, sender: uuid.UUID) -> list[uuid.UUID]:
        found = self._connection.execute(
            "SELECT id FROM delivery_delivery WHERE state = 'leased' AND leased_by = %s", [sender]
        )
        return [key for (key,) in found]

    # -- the statements

    def record_and_lease(
        self,
        sender: uuid.UUID,
        changes: Sequence[DeliveryChange],
        counts: dict[uuid.UUID, int],
        turns: Sequence[UnitTurn],
        now: float,
    ) -> list[LeasedDelivery]:
        statements = SenderDatabase("", sender)
        self._set_clock(now)
        with self._connection.transaction():
            if changes:
                self._connection.execute(sql.RECORD, statements.record_values(changes))
            if not counts:
                return []
            lease = sql.LEASE_BY_TURNS if turns else sql.LEASE
            found = self._connection.execute(lease, statements.lease_values(counts, turns))
            leased = [LeasedDelivery._make(row) for row in found]
        # PostgreSQL promises no order, and gives one that the next version may not.
        leased.sort(key=lambda row: row.id)
        self.chance.shuffle(leased)
        return leased

    def record(self, sender: uuid.UUID, changes: Sequence[DeliveryChange], now: float) -> None:
        self.record_and_lease(sender, changes, {}, (), now)

    def give_back(self, sender: uuid.UUID, ids: Sequence[uuid.UUID], now: float) -> None:
        self._ask(sql.GIVE_BACK, {"ids": list(ids), "sender": sender}, now)

    def extend(self, sender: uuid.UUID, ids: Sequence[uuid.UUID], now: float) -> None:
        lease = SenderDatabase("", sender).lease_values({})["lease"]
        self._ask(sql.EXTEND, {"ids": list(ids), "sender": sender, "lease": lease}, now)

    def sweep(self, now: float) -> bool:
        values = {"idempotent": self._idempotent, "most": MOST_TRIES}
        swept = self._ask(sql.SWEEP, values, now)
        return self.wake(now) or bool(swept)

    def wake(self, now: float) -> bool:
        return bool(self._ask(sql.WAKE, None, now))

    def who_waits(self, accounts: Sequence[uuid.UUID], now: float) -> list[UnitTurn]:
        self._set_clock(now)
        found = self._connection.execute(sql.WHO_WAITS, {"accounts": list(accounts)})
        return [UnitTurn(*row) for row in found]

    def pause(self, account_id: uuid.UUID, seconds: float, now: float) -> None:
        self._ask(sql.PAUSE, {"account": account_id, "seconds": seconds}, now)

    def is_called_off(self, row_id: uuid.UUID) -> bool:
        return self._connection.execute(sql.CALLED_OFF, (row_id,)).fetchone() is not None

    def call_off(self, ids: Sequence[uuid.UUID], now: float) -> None:
        rows = Delivery.objects.filter(pk__in=list(ids))
        loop = asyncio._get_running_loop()
        # Django has connections of their own for what runs in a loop.
        asyncio._set_running_loop(None)
        try:
            work()(call_off_deliveries)(rows, at=datetime.fromtimestamp(now, UTC))
        finally:
            asyncio._set_running_loop(loop)

    # -- asking

    def _set_clock(self, now: float) -> None:
        moment = datetime.fromtimestamp(now, UTC).isoformat()
        self._connection.execute("SELECT set_config('simulated.now', %s, false)", [moment])

    def _ask(self, statement: str, values: Any, now: float) -> int:
        self._set_clock(now)
        return self._connection.execute(statement, values).rowcount

    def _one(self, question: str, *values: object) -> Any:
        found = self._connection.execute(question, values).fetchone()
        return _as_seconds(found[0])


def _as_moment(name: str, value: Any) -> Any:
    return datetime.fromtimestamp(value, UTC) if name in MOMENTS and value is not None else value


def _as_seconds(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else value
