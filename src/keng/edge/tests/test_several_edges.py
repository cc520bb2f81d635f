"""Several edges on one database, as real processes: one answer, one row, and no waiting in line."""

import contextlib
import http.client
import itertools
import signal
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from keng.audit import verify
from keng.audit.models import Chain, Entry
from keng.channels.sandbox import compose_call
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import ChannelAccount, Conversation, Delivery, Inbound
from keng.edge.tests.conftest import SECRET
from keng.kit import times
from keng.kit.database import dsn
from keng.tips.models import Receipt, Tip
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_edges(account):
    with running("edge") as one, running("edge") as other:
        yield one, other


def post(edge, call):
    """The status of the answer; None when there was none, as of a process that was killed."""
    caller = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=20)
    try:
        caller.request("POST", "/hooks/sandbox/phones", *call)
        return caller.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        caller.close()


def call_of(text, who="an", *, secret=SECRET):
    return compose_call(id=uuid.uuid4().hex, sender=who, at=times.now(), text=text, secret=secret)


def connected():
    return psycopg.connect(make_conninfo(dsn("owner"), dbname=connection.settings_dict["NAME"]))


@contextlib.contextmanager
def held_heads():
    """The heads of all chains that edges have written, held as by an edge that stands still."""
    with connected() as holder:
        held = holder.execute(
            "SELECT name FROM audit_chain WHERE name LIKE 'intake:edge-%' FOR NO KEY UPDATE"
        ).fetchall()
        yield [name for (name,) in held]


def test_an_edge_waits_for_no_chain_that_another_one_holds(two_edges):
    assert [post(edge, call_of("tin đầu")) for edge in two_edges] == [200, 200]
    with held_heads() as held:
        assert held
        answers = [post(edge, call_of("tin", f"p{n}")) for n in range(4) for edge in two_edges]
    assert answers == [200] * 8
    assert list(verify.chain_faults()) == []


def test_the_same_message_at_two_edges_at_once_is_answered_alike_and_written_once(two_edges):
    calls = [call_of(f"tin số {n}", f"p{n}") for n in range(60)]
    barrier = threading.Barrier(2)

    def send(edge):
        answers = []
        for call in calls:
            barrier.wait(30)
            answers.append(post(edge, call))
        return answers

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, two_edges))
    assert answers == [[200] * 60] * 2
    assert Counter(Tip.objects.values_list("text", flat=True)) == {
        f"tin số {n}": 1 for n in range(60)
    }
    counted = (Inbound, Receipt, Delivery, Conversation)
    assert [model.objects.count() for model in counted] == [60] * 4
    told = Entry.objects.filter(action="intake.batch").values_list("detail", flat=True)
    assert sum(detail["messages"] for detail in told) == 60
    assert list(verify.chain_faults()) == []


def test_a_killed_edge_loses_nothing_that_it_answered_and_doubles_nothing(account):
    """As a provider behind a proxy does it: what is not answered by 200 comes again, anywhere."""
    calls = [(f"tin số {n}", call_of(f"tin số {n}", f"p{n}")) for n in range(240)]
    waiting, acknowledged = iter(calls), []
    guard = threading.Lock()
    with contextlib.ExitStack() as started:
        edges = [started.enter_context(running("edge")) for _ in range(2)]

        def work(turn):
            while True:
                with guard:
                    text, call = next(waiting, ("", None))
                if call is None:
                    return
                until = time.monotonic() + 60
                for which in itertools.count(turn):
                    if post(edges[which % 2], call) == 200:
                        acknowledged.append(text)
                        break
                    assert time.monotonic() < until, f"{text} was never taken"
                    time.sleep(0.05)

        with ThreadPoolExecutor(8) as pool:
            workers = [pool.submit(work, turn) for turn in range(8)]
            for killed, at in ((0, 40), (1, 120)):
                while len(acknowledged) < at and not any(done.done() for done in workers):
                    time.sleep(0.005)
                edges[killed].signal_all(signal.SIGKILL)
                edges[killed] = started.enter_context(running("edge"))
            for done in workers:
                done.result(120)
    assert sorted(acknowledged) == sorted(text for text, _call in calls)
    assert Counter(Tip.objects.values_list("text", flat=True)) == dict.fromkeys(acknowledged, 1)
    assert (Receipt.objects.count(), Delivery.objects.count()) == (240, 240)
    told = Entry.objects.filter(action="intake.batch").values_list("detail", flat=True)
    assert sum(detail["messages"] for detail in told) == 240
    assert list(verify.chain_faults()) == []


def test_every_edge_knows_a_new_secret_long_before_it_would_look_again(two_edges, account):
    assert [post(edge, call_of("tin")) for edge in two_edges] == [200, 200]
    keep_secrets(account, {"secret": "another-secret"})
    account.save()
    # Less than the twenty seconds after which an edge looks by itself.
    for edge in two_edges:
        until = time.monotonic() + 18
        while post(edge, call_of("tin", secret="another-secret")) != 200:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert post(edge, call_of("tin")) in (401, 403)
    ChannelAccount.objects.update(is_active=False)
    for edge in two_edges:
        until = time.monotonic() + 18
        while post(edge, call_of("tin", secret="another-secret")) == 200:
            assert time.monotonic() < until
            time.sleep(0.02)


_RECORD_BATCH = """
SELECT (audit_append(
  gen_random_uuid(), chain, now(), 'intake.batch', 'process', 'edge', '', '', '{}'
)).entry_seq, chain FROM audit_free_intake_chain('edge') AS chain
"""


@pytest.mark.usefixtures("account")
def test_sixteen_writers_have_a_chain_each_and_the_next_one_waits_for_one_of_them():
    Chain.objects.bulk_create(Chain(name=f"intake:edge-{number}") for number in range(16))
    with contextlib.ExitStack() as opened:
        writers = [opened.enter_context(connected()) for _ in range(17)]
        chains = [writer.execute(_RECORD_BATCH).fetchone()[1] for writer in writers[:16]]
        assert len(set(chains)) == 16
        # Who writes once more in one transaction needs no second chain.
        assert writers[3].execute(_RECORD_BATCH).fetchone() == (2, chains[3])
        writers[16].execute("SET lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            writers[16].execute(_RECORD_BATCH)
        writers[16].rollback()
        # What one of them began goes on with whoever comes next.
        writers[5].commit()
        found = [writers[16].execute(_RECORD_BATCH).fetchone() for _ in range(3)]
        assert {chain for _seq, chain in found} == {chains[5]}
        assert [seq for seq, _chain in found] == [2, 3, 4]
        for writer in writers:
            writer.commit()
    assert Entry.objects.filter(action="intake.batch").count() == 16 + 1 + 3
    assert list(verify.chain_faults()) == []
