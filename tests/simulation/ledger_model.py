"""The sender's statements without a database: what `keng.delivery.sender.sql` does, row by row.

`test_on_postgres` holds it to PostgreSQL: the same operations leave the same rows in both.
"""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter

from keng.delivery.models import Delivery
from keng.delivery.models.outbound import NOBODYS_TURN
from keng.delivery.sender.rows import (
    LEASE_SECONDS,
    MOST_TRIES,
    DeliveryChange,
    LeasedDelivery,
    UnitTurn,
)


@dataclass(slots=True)
class ModelRow:
    """As much of a delivery as the statements read and write. Moments in seconds since 1970."""

    id: uuid.UUID
    account_id: uuid.UUID
    channel: str
    recipient_kind: str
    recipient_ref: uuid.UUID
    priority: int
    is_urgent: bool
    not_before: float
    unit_ref: uuid.UUID = NOBODYS_TURN
    address: str = ""
    address_sealed: bytes | None = None
    text_sealed: bytes | None = None
    text_id: uuid.UUID | None = None
    expires_at: float | None = None
    state: str = "queued"
    leased_by: uuid.UUID | None = None
    leased_until: float | None = None
    attempts: int = 0
    provider_id: str = ""
    code: str = ""
    settled_at: float | None = None
    called_off_at: float | None = None
    rank: tuple[int, int, int] = field(init=False, compare=False, repr=False)
    """In which order rows are due. Computed once: every lease of a world sorts by it."""

    def __post_init__(self) -> None:
        self.rank = (self.priority, self.unit_ref.int, self.id.int)

    @property
    def is_of_person_alone(self) -> bool:
        return self.recipient_kind in Delivery.PERSON_ALONE

    def is_due(self, now: float) -> bool:
        return (
            self.state == "queued"
            and self.not_before <= now
            and (self.expires_at is None or self.expires_at > now)
        )

    def settle(self, state: str, now: float) -> None:
        self.state, self.settled_at = state, now
        self.forget()

    def forget(self) -> None:
        if self.is_of_person_alone:
            self.address_sealed = self.text_sealed = None


@dataclass(slots=True)
class ModelAccount:
    """As much of an account as leasing needs."""

    id: uuid.UUID
    channel: str
    rate_per_minute: int = 0
    bucket_at: float = 0.0


@dataclass(slots=True)
class LedgerModel:
    """The tables of one world."""

    idempotent: frozenset[str]
    rows: dict[uuid.UUID, ModelRow] = field(default_factory=dict)
    accounts: dict[uuid.UUID, ModelAccount] = field(default_factory=dict)
    attempts: list[tuple[uuid.UUID, str, str]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    _open: dict[uuid.UUID, dict[uuid.UUID, ModelRow]] = field(default_factory=dict)
    """By account, what is not settled, or was not when somebody looked last."""

    def add(self, row: ModelRow) -> None:
        self.rows[row.id] = row
        self._open[row.account_id][row.id] = row

    def add_account(self, account: ModelAccount) -> None:
        self.accounts[account.id] = account
        self._open[account.id] = {}

    # -- what a world looks at

    def look(self) -> dict[uuid.UUID, ModelRow]:
        return self.rows

    def read_attempts(self) -> list[tuple[uuid.UUID, str, str]]:
        return self.attempts

    def count_open(self) -> int:
        return len(self._unsettled())

    def best_due(self, account_id: uuid.UUID, now: float) -> int:
        """The first rung of the account on which a row is due."""
        due = [row.priority for row in self._unsettled_of(account_id) if row.is_due(now)]
        return min(due, default=32767)

    def held_by(self, sender: uuid.UUID) -> list[uuid.UUID]:
        """What is leased to it, whether it heard of that or not."""
        rows = self._unsettled()
        return [row.id for row in rows if row.state == "leased" and row.leased_by == sender]

    def _unsettled(self) -> list[ModelRow]:
        return [row for key in self._open for row in self._unsettled_of(key)]

    def _unsettled_of(self, account_id: uuid.UUID) -> list[ModelRow]:
        """What may still change by itself."""
        rows = self._open[account_id]
        for key in [key for key, row in rows.items() if row.settled_at is not None]:
            del rows[key]
        return list(rows.values())

    # -- the statements

    def record_and_lease(
        self,
        sender: uuid.UUID,
        changes: Sequence[DeliveryChange],
        counts: dict[uuid.UUID, int],
        turns: Sequence[UnitTurn],
        now: float,
    ) -> list[LeasedDelivery]:
        self.record(sender, changes, now)
        found = [one for key in counts for one in self._lease(sender, key, counts, turns, now)]
        # No order is promised.
        self.chance.shuffle(found)
        return found

    def record(self, sender: uuid.UUID, changes: Sequence[DeliveryChange], now: float) -> None:
        for change in changes:
            self.attempts.append((change.id, change.outcome, change.code))
            row = self.rows.get(change.id)
            if row and row.leased_by == sender and row.state in ("leased", "unknown"):
                self._record_one(row, change, now)

    def _record_one(self, row: ModelRow, change: DeliveryChange, now: float) -> None:
        wait, is_called_off = change.again_after, row.called_off_at is not None
        is_forgotten = row.is_of_person_alone and row.address_sealed is None
        if row.recipient_kind == "asker":
            row.provider_id = ""
        else:
            row.provider_id = change.provider_id or row.provider_id
        row.code = change.code
        row.attempts -= not change.counts
        row.leased_by = row.leased_until = row.settled_at = None
        if wait is not None:
            row.not_before = now + wait
        if wait is None:
            row.settle(change.state, now)
        elif is_called_off:
            row.settle("cancelled", now)
        elif is_forgotten:
            row.settle("rejected", now)
        else:
            row.state = change.state
            self._open[row.account_id][row.id] = row

    def _lease(
        self,
        sender: uuid.UUID,
        account_id: uuid.UUID,
        counts: dict[uuid.UUID, int],
        turns: Sequence[UnitTurn],
        now: float,
    ) -> list[LeasedDelivery]:
        account = self.accounts[account_id]
        if account.bucket_at > now + 0.5:
            return []
        own_turns = [turn for turn in turns if turn.account_id == account_id]
        due = self._due(account_id, now)
        taken = _in_turns(due, counts[account_id], own_turns) if turns else due
        taken = taken[: counts[account_id]]
        apart = 60.0 / account.rate_per_minute if account.rate_per_minute else 0.0
        if apart and taken:
            account.bucket_at = max(account.bucket_at, now) + len(taken) * apart
        leased = []
        for place, row in enumerate(taken, 1):
            row.state, row.leased_by, row.leased_until = "leased", sender, now + LEASE_SECONDS
            row.attempts += 1
            due_in = account.bucket_at - apart * (len(taken) - place + 1) - now if apart else 0.0
            leased.append(_leased_delivery(row, due_in, place))
        return leased

    def _due(self, account_id: uuid.UUID, now: float) -> list[ModelRow]:
        due = [row for row in self._unsettled_of(account_id) if row.is_due(now)]
        due.sort(key=_by_rank)
        return due

    def give_back(self, sender: uuid.UUID, ids: Sequence[uuid.UUID], now: float) -> None:
        for row in self._held(sender, ids):
            row.attempts -= 1
            row.leased_by = row.leased_until = None
            if row.called_off_at is None:
                row.state = "queued"
            else:
                row.settle("cancelled", row.called_off_at)

    def extend(self, sender: uuid.UUID, ids: Sequence[uuid.UUID], now: float) -> None:
        for row in self._held(sender, ids):
            row.leased_until = now + LEASE_SECONDS

    def _held(self, sender: uuid.UUID, ids: Sequence[uuid.UUID]) -> list[ModelRow]:
        rows = (self.rows[key] for key in ids if key in self.rows)
        return [row for row in rows if row.leased_by == sender and row.state == "leased"]

    def sweep(self, now: float) -> bool:
        left = [r for r in self._unsettled() if r.state == "leased" and r.leased_until < now]
        for row in left:
            self._end_lease(row, now)
        return self.wake(now) or bool(left)

    def _end_lease(self, row: ModelRow, now: float) -> None:
        again = row.attempts < MOST_TRIES and (row.is_urgent or row.channel in self.idempotent)
        self.attempts.append((row.id, "unknown", "lease_ended"))
        row.leased_until, row.code = None, "lease_ended"
        if again and row.called_off_at is None:
            row.state, row.leased_by = "queued", None
        else:
            row.settle("unknown", now)

    def wake(self, now: float) -> bool:
        woken = False
        for row in self._unsettled():
            is_over = row.expires_at is not None and row.expires_at <= now
            if row.state == "not_now" and row.not_before <= now and not is_over:
                row.state, woken = "queued", True
            elif is_over and (
                row.state == "queued" or (row.state == "not_now" and row.not_before <= now)
            ):
                row.code, woken = "expired", True
                row.settle("rejected", now)
        return woken

    def who_waits(self, accounts: Sequence[uuid.UUID], now: float) -> list[UnitTurn]:
        found = {
            (row.account_id, row.priority, row.unit_ref)
            for account_id in accounts
            for row in self._unsettled_of(account_id)
            if row.is_due(now)
        }
        return [UnitTurn(*one) for one in sorted(found)]

    def pause(self, account_id: uuid.UUID, seconds: float, now: float) -> None:
        account = self.accounts[account_id]
        account.bucket_at = max(account.bucket_at, now + seconds)

    def is_called_off(self, row_id: uuid.UUID) -> bool:
        return self.rows[row_id].called_off_at is not None

    def call_off(self, ids: Sequence[uuid.UUID], now: float) -> None:
        """As keng.delivery.actions.calling_off does it."""
        for row in (self.rows[key] for key in ids):
            if row.state == "leased":
                row.called_off_at = now
            elif row.state in ("queued", "not_now"):
                row.called_off_at = now
                row.settle("cancelled", now)


def _in_turns(due: list[ModelRow], count: int, turns: Sequence[UnitTurn]) -> list[ModelRow]:
    """What stands above the rung that units share, then of each its share, then what is left."""
    rung, units = (turns[0].priority if turns else 32767), len(turns)
    above = [row for row in due if row.priority < rung][:count]
    room = count - len(above)
    shared: list[tuple[int, int, int, ModelRow]] = []
    for turn, wish in enumerate(turns):
        of_unit = [r for r in due if r.priority == rung and r.unit_ref == wish.unit_ref]
        share = (room + units - 1 - turn) // units
        shared += [(nth, turn, r.id.int, r) for nth, r in enumerate(of_unit[:share], 1)]
    in_turn = [row for *_order, row in sorted(shared, key=lambda one: one[:3])]
    taken = {row.id for row in in_turn}
    rest = [row for row in due if row.priority >= rung and row.id not in taken]
    rest = rest[: max(0, room - len(in_turn))]
    return sorted(above, key=_by_rung) + in_turn + sorted(rest, key=_by_rung)


_by_rank = attrgetter("rank")


def _by_rung(row: ModelRow) -> tuple[int, int]:
    return (row.priority, row.id.int)


def _leased_delivery(row: ModelRow, due_in: float, place: int) -> LeasedDelivery:
    return LeasedDelivery(
        row.id,
        row.account_id,
        row.recipient_kind,
        row.recipient_ref,
        row.text_id,
        row.text_sealed,
        row.address,
        row.address_sealed,
        row.is_urgent,
        row.priority,
        row.attempts,
        row.expires_at and datetime.fromtimestamp(row.expires_at, UTC),
        due_in,
        begun=row.provider_id,
        unit_ref=row.unit_ref,
        place=place,
    )
