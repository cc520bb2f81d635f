"""The model of the rows does what PostgreSQL does, and senders die on PostgreSQL itself."""

import random
import uuid
from collections import Counter
from dataclasses import fields

import pytest

from keng import channels
from keng.delivery.models.outbound import NOBODYS_TURN
from keng.delivery.sender.rows import DeliveryChange
from keng.delivery.tests.sending import test_dsn
from tests import make
from tests.simulation.ledger_model import LedgerModel, ModelAccount, ModelRow
from tests.simulation.postgres_rows import MOMENTS, PostgresRows
from tests.simulation.runs import run_seed
from tests.simulation.world import BEGIN

pytestmark = pytest.mark.django_db(transaction=True)
SEQUENCES, OPERATIONS = 8, 60
KILLS = 300
UNITS = [uuid.UUID(int=n) for n in (1, 2, 3)]
SENDERS = [uuid.UUID(int=n) for n in (101, 102)]
KINDS = ("group", "pager", "conversation", "asker", "lead")


@pytest.fixture
def rows_in_postgres():
    made = []

    def make_rows(idempotent: frozenset[str]) -> PostgresRows:
        made.append(PostgresRows(test_dsn(), unit=make.unit().pk, idempotent=idempotent))
        return made[-1]

    yield make_rows
    for rows in made:
        rows.close()


class BothLedgers:
    """One random sequence of operations, each done to the model and to PostgreSQL."""

    def __init__(self, seed: int, model: LedgerModel, postgres: PostgresRows) -> None:
        self.chance = random.Random(seed)
        self.model, self.postgres = model, postgres
        self.now = BEGIN
        self.text_id = self._new_id()
        self.leased: dict[uuid.UUID, list[uuid.UUID]] = {sender: [] for sender in SENDERS}
        self.accounts = [
            ModelAccount(self._new_id(), channel, rate)
            for channel, rate in (("zalo_oa", 0), ("telegram", 600), ("sandbox", 0))
        ]
        for account in self.accounts:
            self.postgres.add_account(account)
            self.model.add_account(account)

    def _new_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def both(self, name: str, *given: object) -> object:
        """Do it in both; what they answer must be the same."""
        ours, theirs = (
            getattr(side, name)(*given, self.now) for side in (self.model, self.postgres)
        )
        if isinstance(ours, list):
            ours, theirs = sorted(map(_comparable, ours)), sorted(map(_comparable, theirs))
        assert ours == theirs, name
        return ours

    def do_one(self) -> None:
        self.now += self.chance.choice((0.0, 0.01, 0.3, 2.0, 11.0, 31.0))
        steps = (self.add, self.lease, self.lease, self.settle, self.end, self.look)
        self.chance.choice(steps)()

    def add(self) -> None:
        for _nth in range(self.chance.randint(1, 8)):
            account, kind = self.chance.choice(self.accounts), self.chance.choice(KINDS)
            to_many = kind == "group"
            sealed = None if to_many else b"sealed"
            row = ModelRow(
                *(self._new_id(), account.id, account.channel, kind, self._new_id()),
                *(self.chance.choice((0, 4, 9)), self.chance.random() < 0.4, self.now),
                unit_ref=self.chance.choice(UNITS) if to_many else NOBODYS_TURN,
                address="g" if to_many else "",
                address_sealed=sealed,
                text_sealed=sealed,
                text_id=self.text_id,
                expires_at=self.now + self.chance.choice((1, 40)) if self._rarely() else None,
            )
            self.postgres.add(row)
            self.model.add(row)

    def _rarely(self) -> bool:
        return self.chance.random() < 0.3

    def lease(self) -> None:
        sender = self.chance.choice(SENDERS)
        chosen = self.chance.sample(self.accounts, self.chance.randint(1, 3))
        counts = {account.id: self.chance.randint(1, 9) for account in chosen}
        turns = self.model.who_waits(list(counts), self.now) if self._rarely() else []
        # As the sender has them: of each account the first rung that several units share.
        rungs = Counter((turn.account_id, turn.priority) for turn in turns)
        first = {}
        for (account_id, priority), units in sorted(rungs.items()):
            if units > 1:
                first.setdefault(account_id, priority)
        turns = [turn for turn in turns if first.get(turn.account_id) == turn.priority]
        leased = self.both("record_and_lease", sender, [], counts, turns)
        self.leased[sender] += [one[0] for one in leased]

    def settle(self) -> None:
        """What came of some rows, also of those that were swept, or are another sender's."""
        sender, ids = self._some_leased()
        changes = [self._change(key) for key in sorted(ids)]
        self.both("record", sender, changes)

    def _change(self, key: uuid.UUID) -> DeliveryChange:
        wait = self.chance.choice((None, None, 0.5, 20.0))
        state = self.chance.choice(("queued", "not_now") if wait else ("sent", "unknown", "gone"))
        return DeliveryChange(
            *(key, state, "retry" if wait else state),
            provider_id=self.chance.choice(("", "p1")),
            code=self.chance.choice(("", "c1")),
            again_after=wait,
            counts=self.chance.random() < 0.8,
        )

    def end(self) -> None:
        sender, ids = self._some_leased()
        name = self.chance.choice(("give_back", "extend", "call_off", "pause"))
        if name == "call_off":
            known = sorted(self.model.rows)
            self.both(name, self.chance.sample(known, min(4, len(known))))
        elif name == "pause":
            self.both(name, self.chance.choice(self.accounts).id, self.chance.uniform(0.1, 3))
        else:
            self.both(name, sender, sorted(ids))

    def _some_leased(self) -> tuple[uuid.UUID, list[uuid.UUID]]:
        sender = self.chance.choice(SENDERS)
        known = sorted(set(self.leased[self.chance.choice(SENDERS)]))
        return sender, self.chance.sample(known, min(5, len(known)))

    def look(self) -> None:
        self.both("sweep")
        self.both("who_waits", [account.id for account in self.accounts])
        self.compare()

    def compare(self) -> None:
        """Every column of every row, every attempt, every bucket."""
        ours, theirs = self.model.look(), self.postgres.look()
        assert {key: _columns(row) for key, row in ours.items()} == {
            key: _columns(row) for key, row in theirs.items()
        }
        assert Counter(self.model.read_attempts()) == Counter(self.postgres.read_attempts())
        for account in self.accounts:
            bucket = self.model.accounts[account.id].bucket_at
            assert self.postgres.bucket_at(account.id) == pytest.approx(bucket, abs=1e-3)


def _comparable(one: object) -> tuple:
    """A leased row or a turn, without fractions of a millisecond."""
    return tuple(
        round(value, 2)
        if isinstance(value, float)
        else str(value or "")
        if not isinstance(value, uuid.UUID)
        else value
        for value in one
    )


def _columns(row: ModelRow) -> dict[str, object]:
    found = {}
    for column in fields(ModelRow):
        value = getattr(row, column.name)
        found[column.name] = value and round(value, 2) if column.name in MOMENTS else value
    return found


def test_the_model_leaves_the_same_rows_as_postgresql(rows_in_postgres):
    idempotent = frozenset(channels.codes_where(lambda channel: channel.can.idempotent))
    postgres = rows_in_postgres(idempotent)
    for seed in range(SEQUENCES):
        both = BothLedgers(seed, LedgerModel(idempotent), postgres)
        for _nth in range(OPERATIONS):
            both.do_one()
        both.compare()
        postgres.clear()


def test_senders_killed_on_postgresql_itself_lose_nothing(rows_in_postgres):
    world = run_seed(1, KILLS, make_rows=rows_in_postgres)
    assert world.kills >= 300
    assert world.repeated > 0
