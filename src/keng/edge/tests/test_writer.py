"""The writer by itself: a bad row, a lost connection, a full queue, the end, a planted fault."""

import asyncio
import concurrent.futures
import http.client
import signal
import threading
import time
import uuid

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from keng.audit import verify
from keng.channels import get_channel
from keng.channels.sandbox import compose_call
from keng.delivery import inbound_handlers
from keng.delivery.credentials import keep_secrets
from keng.delivery.inbound_message import message_of_event, receiving_accounts
from keng.delivery.models import ChannelAccount, Inbound
from keng.edge import writer as writer_module
from keng.edge.tests.conftest import SECRET
from keng.edge.writer import BatchWriter, NotWritten, WriterBusy
from keng.kit import times
from keng.kit.database import dsn
from keng.runtime.tests.read_only import database_that_only_reads
from keng.tips.models import Tip
from tests import make
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address():
    return make_conninfo(dsn("owner"), dbname=connection.settings_dict["NAME"])


def message(account, text, who, seals=None):
    raw, headers = compose_call(
        id=uuid.uuid4().hex, sender=who, at=times.now(), text=text, secret=SECRET
    )
    (event,) = get_channel("sandbox").parse(raw, headers, account.credentials, times.now()).events
    return message_of_event(account, event, raw=raw, now=times.now(), seals=seals)


def known():
    inbound_handlers.refresh_handlers()
    return {account.slug: account for account in receiving_accounts()}


async def ready(writer):
    writer.start()
    async with asyncio.timeout(10):
        while not writer.is_ready:  # noqa: ASYNC110 -- it has no event to wait for
            await asyncio.sleep(0.01)


async def outcomes(writer, messages):
    return await asyncio.gather(*map(writer.submit, messages), return_exceptions=True)


def test_a_row_the_database_refuses_is_refused_alone(account, address):
    gone = make.channel_account(unit=account.unit, slug="gone")
    keep_secrets(gone, {"secret": SECRET})
    gone.save()
    accounts = known()
    ChannelAccount.objects.filter(slug="gone").delete()
    messages = [message(accounts["phones"], f"tin {n}", f"p{n}") for n in range(9)]
    messages.insert(4, message(accounts["gone"], "tin lạc", "p4"))

    async def scenario():
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        found = await outcomes(writer, messages)
        await writer.close()
        return found

    found = asyncio.run(scenario())
    assert [type(one) for one in found] == [*[type(None)] * 4, NotWritten, *[type(None)] * 5]
    assert Tip.objects.count() == 9
    assert list(verify.chain_faults()) == []


def test_a_throwaway_key_is_let_go_when_a_batch_leaves(account, address):
    (known_account,) = known().values()

    async def scenario():
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        for batch in (("một", "hai"), ("ba", "bốn")):
            together = [message(known_account, words, words, writer.seals) for words in batch]
            await outcomes(writer, together)
        await writer.close()

    asyncio.run(scenario())
    heads = [bytes(row.raw_sealed)[:33] for row in Inbound.objects.order_by("id")]
    assert heads[0] == heads[1] != heads[2] == heads[3]


class Faulty:
    """A handler with a mistake of its own for one odd message."""

    @staticmethod
    def statements(prepared):
        if "odd" in prepared:
            raise KeyError("odd")
        return [inbound_handlers.SqlStatement("SELECT 1", {})] if prepared else []


def test_a_mistake_of_ours_about_one_message_refuses_that_one_alone(account, address):
    async def scenario():
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        (lane,) = writer._lanes
        items = [
            writer_module._Item(Faulty, words, asyncio.get_running_loop().create_future(), b"")
            for words in ("even", "odd", "even")
        ]
        for item in items:
            lane.put(item)
        found = await asyncio.gather(*(item.done for item in items), return_exceptions=True)
        await writer.close()
        return found

    assert [type(one) for one in asyncio.run(scenario())] == [type(None), NotWritten, type(None)]


def test_a_lost_connection_is_told_and_made_again(account, address):
    phones = known()["phones"]

    async def scenario():
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        writer._lanes[0]._connection.pgconn.finish()
        first = await outcomes(writer, [message(phones, "một", "p1"), message(phones, "hai", "p2")])
        async with asyncio.timeout(10):
            while not writer.is_ready:  # noqa: ASYNC110 -- it has no event to wait for
                await asyncio.sleep(0.01)
        second = await outcomes(writer, [message(phones, "ba", "p3")])
        await writer.close()
        return first, second

    first, second = asyncio.run(scenario())
    assert [type(one) for one in first] == [WriterBusy, WriterBusy]
    assert second == [None]
    assert Tip.objects.get().text == "ba"


def test_a_connection_to_a_server_that_only_reads_is_made_again(account, address):
    """Nobody hears that theirs is refused; what they send again is taken once."""
    phones = known()["phones"]
    messages = [message(phones, "một", "p1"), message(phones, "hai", "p2")]

    async def scenario():
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        await writer._lanes[0]._connection.execute("SET default_transaction_read_only = on")
        first = await outcomes(writer, messages)
        async with asyncio.timeout(30):
            while not writer.is_ready:  # noqa: ASYNC110 -- it has no event to wait for
                await asyncio.sleep(0.01)
        second = await outcomes(writer, messages)
        await writer.close()
        return first, second

    first, second = asyncio.run(scenario())
    assert [type(one) for one in first] == [WriterBusy, WriterBusy]
    assert second == [None, None]
    assert Tip.objects.count() == 2


def test_without_a_database_nothing_is_taken(account):
    phones = known()["phones"]

    async def scenario():
        writer = BatchWriter("host=127.0.0.1 port=1 dbname=none connect_timeout=1")
        writer.start()
        await asyncio.sleep(0.2)
        assert not writer.is_ready
        with pytest.raises(WriterBusy):
            writer.submit(message(phones, "một", "p1"))
        await writer.close()

    asyncio.run(scenario())


def test_more_than_may_wait_is_sent_away_and_the_rest_is_written_before_the_end(
    account, address, monkeypatch
):
    monkeypatch.setattr(writer_module, "MOST_WAITING", 5)
    phones = known()["phones"]

    async def scenario():
        writer = BatchWriter(address, lanes=2)
        await ready(writer)
        taken = [writer.submit(message(phones, f"tin {n}", f"p{n}")) for n in range(5)]
        with pytest.raises(WriterBusy):
            writer.submit(message(phones, "quá", "p9"))
        await writer.close()
        assert all(one.done() and one.exception() is None for one in taken)
        with pytest.raises(WriterBusy):
            writer.submit(message(phones, "sau", "p10"))

    asyncio.run(scenario())
    assert Tip.objects.count() == 5


def test_a_deadlock_or_another_passing_trouble_is_no_poison(account, address):
    """Somebody holds what the batch needs, longer than the lane may wait."""
    phones = known()["phones"]
    one = message(phones, "một", "p1")

    async def scenario(blocker):
        writer = BatchWriter(f"{address} options='-c lock_timeout=300ms'", lanes=1)
        await ready(writer)
        blocker.execute("LOCK TABLE tips_tip IN ACCESS EXCLUSIVE MODE")
        found = await outcomes(writer, [one])
        blocker.rollback()
        again = await outcomes(writer, [one])
        await writer.close()
        return found, again

    with psycopg.connect(address) as blocker:
        found, again = asyncio.run(scenario(blocker))
    assert ([type(each) for each in found], again) == ([WriterBusy], [None])
    assert Tip.objects.count() == 1


def test_a_row_that_an_officers_page_holds_keeps_only_its_own_reporter_waiting(
    account, address, monkeypatch
):
    monkeypatch.setattr(writer_module, "_ALONE_WITHIN", 60)
    phones = known()["phones"]
    messages = [message(phones, f"tin {n}", f"p{n}") for n in range(40)]

    async def scenario(blocker):
        writer = BatchWriter(f"{address} options='-c lock_timeout=300ms'", lanes=1)
        await ready(writer)
        assert await outcomes(writer, [message(phones, "tin đầu", "p3")]) == [None]
        blocker.execute("SELECT id FROM delivery_conversation FOR UPDATE")
        async with asyncio.timeout(60):
            found = await outcomes(writer, messages)
        blocker.rollback()
        again = await outcomes(writer, [messages[3]])
        await writer.close()
        return found, again

    with psycopg.connect(address) as blocker:
        found, again = asyncio.run(scenario(blocker))
    assert [n for n, each in enumerate(found) if isinstance(each, WriterBusy)] == [3]
    assert [each for each in found if each is not None] == [found[3]]
    assert again == [None]
    assert Inbound.objects.count() == 41


def test_whoever_is_left_when_many_rows_are_held_comes_again(account, address, monkeypatch):
    monkeypatch.setattr(writer_module, "_ALONE_WITHIN", 0.2)
    phones = known()["phones"]
    messages = [message(phones, f"tin {n}", f"p{n}") for n in range(300)]

    async def scenario(blocker):
        writer = BatchWriter(f"{address} options='-c lock_timeout=100ms'", lanes=1)
        await ready(writer)
        blocker.execute("LOCK TABLE tips_tip IN ACCESS EXCLUSIVE MODE")
        # Alone, one after the other, they would wait for 15 seconds.
        async with asyncio.timeout(10):
            found = await outcomes(writer, messages)
        blocker.rollback()
        again = await outcomes(writer, [message(phones, "một", "p1")])
        await writer.close()
        return found, again

    with psycopg.connect(address) as blocker:
        found, again = asyncio.run(scenario(blocker))
    assert {type(each) for each in found} == {WriterBusy}
    assert again == [None]


def test_a_fault_of_ours_ends_no_lane_and_whoever_waited_comes_again(account, address):
    phones = known()["phones"]

    async def scenario():
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        (lane,) = writer._lanes
        renew, lane._on_taken = lane._on_taken, faulty
        async with asyncio.timeout(10):
            found = await outcomes(
                writer, [message(phones, "một", "p1"), message(phones, "hai", "p2")]
            )
            lane._on_taken = renew
            while not writer.is_ready:  # noqa: ASYNC110 -- it has no event to wait for
                await asyncio.sleep(0.01)
            again = await outcomes(writer, [message(phones, "ba", "p3")])
        await writer.close()
        return found, again

    def faulty():
        raise KeyError("một")

    found, again = asyncio.run(scenario())
    assert [type(each) for each in found] == [WriterBusy, WriterBusy]
    assert again == [None]
    assert Tip.objects.get().text == "ba"


def test_a_database_that_stands_still_is_given_up_and_what_it_wrote_is_not_written_twice(
    account, address, monkeypatch
):
    monkeypatch.setattr(writer_module, "_ANSWERS_WITHIN", 0.5)
    phones = known()["phones"]
    one = message(phones, "một", "p1")

    async def scenario(blocker):
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        # Nothing strikes on the server's side: it waits for as long as the table is held.
        blocker.execute("LOCK TABLE tips_tip IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(5):
            found = await outcomes(writer, [one])
        blocker.rollback()
        monkeypatch.setattr(writer_module, "_ANSWERS_WITHIN", 10)
        async with asyncio.timeout(10):
            while not writer.is_ready:  # noqa: ASYNC110 -- it has no event to wait for
                await asyncio.sleep(0.01)
            again = await outcomes(writer, [one])
        await writer.close()
        return found, again

    with psycopg.connect(address) as blocker:
        found, again = asyncio.run(scenario(blocker))
    assert ([type(each) for each in found], again) == ([WriterBusy], [None])
    assert Tip.objects.count() == 1


def test_whoever_waits_behind_a_batch_that_is_given_up_waits_no_limit_of_their_own(
    account, address, monkeypatch
):
    monkeypatch.setattr(writer_module, "_ANSWERS_WITHIN", 1.0)
    monkeypatch.setattr(writer_module, "MOST_IN_A_BATCH", 1)
    phones = known()["phones"]
    messages = [message(phones, f"tin {n}", f"p{n}") for n in range(30)]

    async def scenario(blocker):
        writer = BatchWriter(address, lanes=1)
        await ready(writer)
        blocker.execute("LOCK TABLE tips_tip IN ACCESS EXCLUSIVE MODE")
        # One limit, and not the thirty that one batch after the other would take.
        async with asyncio.timeout(15):
            found = await outcomes(writer, messages)
        blocker.rollback()
        await writer.close()
        return found

    with psycopg.connect(address) as blocker:
        found = asyncio.run(scenario(blocker))
    assert {type(each) for each in found} == {WriterBusy}


def _post(port, text, sender=""):
    raw, headers = compose_call(
        id=uuid.uuid4().hex,
        sender=sender or uuid.uuid4().hex,
        at=times.now(),
        text=text,
        secret=SECRET,
    )
    return _ask(port, "POST", "/hooks/sandbox/phones", raw, headers)


def _ask(port, method, path, raw=None, headers=None):
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        caller.request(method, path, raw, headers or {})
        return caller.getresponse().status
    except OSError:
        return None
    finally:
        caller.close()


def test_the_edge_answers_everybody_while_a_page_holds_one_conversation(account, address):
    """As it runs: with its own limits. The provider repeats what is answered 503."""
    with running("edge") as edge, psycopg.connect(address) as blocker:
        assert _post(edge.port, "tin đầu", "held") == 200
        blocker.execute("SELECT id FROM delivery_conversation FOR UPDATE")
        senders = ["held", *(f"free{n}" for n in range(30))]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda who: _post(edge.port, "tin", who), senders))
        assert statuses == [503, *[200] * 30]
        blocker.rollback()
        assert _post(edge.port, "tin", "held") == 200


def test_a_provider_comes_again_while_the_database_only_reads(account, address):
    """As it runs: after a failover all its connections may lead to what was the primary."""
    raw, headers = compose_call(
        id=uuid.uuid4().hex, sender="p1", at=times.now(), text="tin", secret=SECRET
    )
    post = "POST", "/hooks/sandbox/phones", raw, headers
    health = "GET", "/health"
    with running("edge") as edge:
        with database_that_only_reads(address):
            with psycopg.connect(address, options="-c role=keng_edge") as as_edge:
                as_edge.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'keng_edge' AND datname = current_database()"
                )
            statuses = []
            until = time.monotonic() + 3
            while time.monotonic() < until:
                statuses += [_ask(edge.port, *post), _ask(edge.port, *health)]
                time.sleep(0.1)
            assert set(statuses) == {503}
        for ask in (post, health):
            until = time.monotonic() + 30
            while _ask(edge.port, *ask) != 200:
                assert time.monotonic() < until, edge.output()
                time.sleep(0.1)
        assert _ask(edge.port, *post) == 200
    assert Tip.objects.count() == 1


def test_asked_to_end_under_load_it_writes_what_it_has_acknowledged(account):
    with running("edge") as edge:
        stopping = threading.Event()

        def keep_posting():
            statuses = []
            while not stopping.is_set():
                statuses.append(_post(edge.port, "tin"))
            return statuses

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            callers = [pool.submit(keep_posting) for _ in range(8)]
            stopping.wait(1.0)
            edge.process.send_signal(signal.SIGTERM)
            edge.process.wait(20)
            stopping.set()
            statuses = [status for caller in callers for status in caller.result()]
    acknowledged = statuses.count(200)
    assert acknowledged > 20
    assert acknowledged <= Tip.objects.count() <= acknowledged + 8
    assert Inbound.objects.count() == Tip.objects.count()


@pytest.mark.parametrize(("is_allowed", "there"), [("1", 0), ("", 1)])
def test_the_planted_fault_answers_too_early_and_only_where_faults_are_allowed(
    account, is_allowed, there
):
    faults = {"KENG_TEST_FAULT": "ack_before_commit", "KENG_DEBUG_FAULTS": is_allowed}
    with running("edge", **faults) as edge:
        assert _post(edge.port, "tin") == 200
        edge.signal_all(signal.SIGKILL)
        edge.process.wait()
    assert Tip.objects.count() == there
