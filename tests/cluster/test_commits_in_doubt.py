"""What is written and no standby has yet: it is neither acknowledged nor written twice."""

import asyncio
import time
import uuid

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.utils import load_backend
from psycopg.conninfo import conninfo_to_dict

from keng.delivery.inbound_handlers import SqlStatement
from keng.edge import writer as writer_module
from keng.edge.writer import BatchWriter, WriterBusy
from keng.kit.busy import is_passing_error
from keng.kit.postgresql import commit_limit
from keng.kit.standby_confirmation import CONFIRM_EARLIER_COMMITS
from tests.cluster.replicated_database import ReplicatedDatabase, eventually

WRITE = "INSERT INTO delivery_dedupekey (key) SELECT %(key)s ON CONFLICT DO NOTHING RETURNING key"


class KeysAlone:
    """As the handler of reports does: what is known already writes nothing."""

    @staticmethod
    def statements(prepared: list[bytes]) -> list[SqlStatement]:
        return [SqlStatement(WRITE, {"key": key}) for key in prepared]


def how_often_written(database: ReplicatedDatabase, key: bytes) -> int:
    with database.members[database.primary].connect("keng") as superuser:
        (count,) = superuser.execute(
            "SELECT count(*) FROM delivery_dedupekey WHERE key = %s", [key]
        ).fetchone() or (0,)
    return int(count)


async def submitted(writer: BatchWriter, key: bytes) -> object:
    """What becomes of one message that is written by a lane that is connected."""
    (lane,) = writer._lanes
    async with asyncio.timeout(20):
        while not lane.is_connected:  # noqa: ASYNC110 -- it has no event to wait for
            await asyncio.sleep(0.01)
    item = writer_module._Item(KeysAlone, key, asyncio.get_running_loop().create_future(), key)
    lane.put(item)
    (outcome,) = await asyncio.gather(item.done, return_exceptions=True)
    return outcome


def cancel_waiting_commits(database: ReplicatedDatabase) -> bool:
    """As an operator does who sees that something hangs. The server then says that it is done."""
    with database.members[database.primary].connect() as superuser:
        rows = superuser.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            " WHERE wait_event = 'SyncRep' AND application_name LIKE 'keng % edge lane%'"
        ).fetchall()
    return bool(rows)


@pytest.mark.usefixtures("nobody_follows")
def test_what_comes_again_is_acknowledged_when_a_standby_has_it(
    database: ReplicatedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_ANSWERS_WITHIN", 1.0)
    key = uuid.uuid4().bytes

    async def scenario() -> list[object]:
        writer = BatchWriter(database.url())
        writer.start()
        outcomes = [await submitted(writer, key) for _ in range(3)]
        await asyncio.to_thread(database.resume, database.standbys[0])
        # The first of them may still be in the way of the next one.
        for _ in range(20):
            outcomes.append(await submitted(writer, key))
            if outcomes[-1] is None:
                break
            await asyncio.sleep(0.2)
        await writer.close()
        return outcomes

    outcomes = asyncio.run(scenario())
    assert [type(one) for one in outcomes[:3]] == [WriterBusy] * 3
    assert outcomes[-1] is None
    assert how_often_written(database, key) == 1


@pytest.mark.usefixtures("nobody_follows")
def test_a_wait_that_somebody_cancels_is_no_acknowledgement(database: ReplicatedDatabase) -> None:
    key = uuid.uuid4().bytes

    async def scenario() -> object:
        writer = BatchWriter(database.url())
        writer.start()
        outcome = asyncio.create_task(submitted(writer, key))
        await asyncio.to_thread(
            eventually, lambda: cancel_waiting_commits(database), "nothing waits"
        )
        found = await outcome
        await asyncio.to_thread(database.resume, database.standbys[0])
        await writer.close()
        return found

    assert isinstance(asyncio.run(scenario()), WriterBusy)
    # It is there, and comes again.
    assert how_often_written(database, key) == 1


def test_a_repetition_of_what_the_standbys_have_is_acknowledged(
    database: ReplicatedDatabase,
) -> None:
    key = uuid.uuid4().bytes

    async def scenario() -> list[object]:
        writer = BatchWriter(database.url())
        writer.start()
        outcomes = [await submitted(writer, key) for _ in range(2)]
        await writer.close()
        return outcomes

    assert asyncio.run(scenario()) == [None, None]


def test_every_role_may_write_the_mark_that_a_standby_confirms(
    database: ReplicatedDatabase,
) -> None:
    with psycopg.connect(database.url(), autocommit=True) as owner:
        rows = owner.execute(
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^keng_' AND NOT"
            " (SELECT bool_and(has_function_privilege(rolname, oid, 'EXECUTE'))"
            " FROM pg_proc WHERE proname = 'pg_logical_emit_message')"
        ).fetchall()
    assert rows == []


class PageCommit:
    """One transaction of a page, on Django's connection as a site has it."""

    def __init__(self, database: ReplicatedDatabase, key: bytes) -> None:
        parameters = conninfo_to_dict(database.url())
        settings = connection.settings_dict | {
            "NAME": parameters["dbname"],
            "USER": parameters["user"],
            "PASSWORD": parameters["password"],
            "HOST": parameters["host"],
            "PORT": "",
            "OPTIONS": {"target_session_attrs": "read-write"},
        }
        self._django = load_backend(settings["ENGINE"]).DatabaseWrapper(settings)
        self._key = key

    def find_and_confirm(self) -> None:
        """As a second press, which finds what the first one wrote and writes nothing itself."""
        try:
            self._django.set_autocommit(False)
            with self._django.cursor() as cursor:
                cursor.execute("SELECT 1 FROM delivery_dedupekey WHERE key = %s", [self._key])
                assert cursor.fetchone() == (1,)
                cursor.execute(CONFIRM_EARLIER_COMMITS)
            self._django.commit()
        finally:
            self._django.close()

    def write(self, *, in_transaction: bool = True) -> None:
        try:
            self._django.set_autocommit(not in_transaction)
            with self._django.cursor() as cursor:
                cursor.execute("INSERT INTO delivery_dedupekey (key) VALUES (%s)", [self._key])
            if in_transaction:
                self._django.commit()
        finally:
            self._django.close()


@pytest.mark.django_db
@pytest.mark.usefixtures("nobody_follows")
@pytest.mark.parametrize("in_transaction", [True, False])
def test_a_page_is_answered_within_its_limit_and_not_told_that_it_is_done(
    database: ReplicatedDatabase, monkeypatch: pytest.MonkeyPatch, in_transaction: bool
) -> None:
    monkeypatch.setattr(commit_limit, "_WATCH", commit_limit.CommitWatch(limit=1.0))
    key = uuid.uuid4().bytes
    began = time.monotonic()
    with pytest.raises(OperationalError) as raised:
        PageCommit(database, key).write(in_transaction=in_transaction)
    assert time.monotonic() - began < 20
    assert is_passing_error(raised.value)
    assert how_often_written(database, key) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("nobody_follows")
def test_a_second_press_is_not_told_that_it_is_done_before_a_standby_has_it(
    database: ReplicatedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_limit, "_WATCH", commit_limit.CommitWatch(limit=1.0))
    key = uuid.uuid4().bytes
    with pytest.raises(OperationalError):
        PageCommit(database, key).write()
    with pytest.raises(OperationalError) as raised:
        PageCommit(database, key).find_and_confirm()
    assert is_passing_error(raised.value)
    database.resume(database.standbys[0])
    PageCommit(database, key).find_and_confirm()


@pytest.mark.django_db
def test_a_page_that_a_standby_confirms_is_done(database: ReplicatedDatabase) -> None:
    key = uuid.uuid4().bytes
    PageCommit(database, key).write()
    assert how_often_written(database, key) == 1
