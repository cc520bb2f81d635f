"""The worker's loop: woken by a commit, not stopped by a fault, safe beside another worker."""

import contextlib
import json
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import CollectorRegistry

from keng.acts.work import work
from keng.audit.actions import unit_chain
from keng.audit.heads import export_folder, exported_files, make_signing_key
from keng.audit.models import Chain, Entry, SignedHead
from keng.audit.verify import faults_of_chain
from keng.delivery.models import Delivery, Inbound, InboundMedia
from keng.duty import pager_acts
from keng.intake.chat_handlers import MEDIA_BOX
from keng.kit import alive, metrics, times
from keng.kit.database import data_folder
from keng.kit.postgresql import base as database_wrapper
from keng.kit.read_only_servers import server_only_reads
from keng.kit.secrets import site_box
from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.leases.holder import LeaseHolder
from keng.leases.models import Lease
from keng.runtime import worker as worker_module
from keng.runtime.database_metrics import MEASURE_DATABASE
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.worker import (
    FAILURES_IN_A_ROW,
    LEASE_SECONDS,
    Worker,
    all_tasks,
    finish_once,
    work_until_stopped,
)
from keng.tips.models import Alarm, AlarmCall, Sighting, Tip
from keng.vault import keys, seal
from tests import make
from tests.running import running

KILLED = "Tin mới: có người bị giết, máu khắp nhà"


@pytest.mark.django_db
def test_a_task_is_repeated_while_it_finds_rows_and_then_rests():
    left = [3]

    def portion():
        left[0] = max(left[0] - 1, 0)
        return left[0]

    Worker([WorkerTask("count", portion, every=timedelta(hours=1))]).finish_what_is_due()
    assert left == [0]


@pytest.mark.django_db
def test_a_task_that_fails_does_not_stop_the_others():
    done = []

    def fail():
        raise ValueError("a secret")

    def work():
        done.append(1)
        return 0

    worker = Worker([WorkerTask("bad", fail), WorkerTask("good", work)])
    worker.finish_what_is_due()
    assert done == [1]


def test_a_wake_up_makes_a_resting_task_due_and_leaves_the_others_resting():
    done, stop = [], threading.Event()

    def note(name):
        def run():
            done.append(name)
            return 0

        return run

    def wait(seconds):
        if len(done) > 3:
            stop.set()
        return len(done) == 2

    tasks = [
        WorkerTask("woken", note("woken"), every=timedelta(hours=1), is_woken=True),
        WorkerTask("timed", note("timed"), every=timedelta(hours=1)),
    ]
    thread = threading.Thread(target=Worker(tasks).run, args=(stop, wait))
    thread.start()
    while len(done) < 3:
        time.sleep(0.01)
    stop.set()
    thread.join(30)
    assert done[:3] == ["woken", "timed", "woken"]


@pytest.mark.django_db
def test_whoever_is_woken_at_the_moment_at_which_a_wait_ends_does_not_wait_again():
    class WokenAtTheEnd(threading.Event):
        def wait(self, timeout=None):
            is_woken = super().wait(timeout)
            self.set()
            return is_woken

    lane = Worker([WorkerTask("nothing", lambda: 0, every=timedelta(hours=1), is_woken=True)])
    lane.woken = WokenAtTheEnd()
    assert not lane.wait_for_work(0.01)
    assert lane.wait_for_work(0.01)


def test_what_decodes_or_waits_for_a_server_stands_beside_the_alarms():
    slow = {task.name for task in all_tasks() if task.pace == TaskPace.SLOW}
    assert {"make copies to view", "fetch files", "prepare films"} <= slow
    assert "call officers" not in slow


@pytest.mark.django_db
def test_every_area_that_has_tasks_names_them_apart():
    names = [task.name for task in all_tasks()]
    assert len(names) == len(set(names)) >= 5


@pytest.mark.django_db(transaction=True)
def test_no_task_waits_for_a_slow_one_and_no_slow_one_for_another():
    stop, done = threading.Event(), []

    def blocks():
        stop.wait(20)
        return 0

    def note(name):
        def run():
            done.append(name)
            if {"alarm", "normal", "slow"} <= set(done):
                stop.set()
            return 0

        return run

    tasks = [
        WorkerTask("blocks", blocks, pace=TaskPace.SLOW),
        WorkerTask("slow", note("slow"), pace=TaskPace.SLOW),
        WorkerTask("normal", note("normal")),
        WorkerTask("alarm", note("alarm"), pace=TaskPace.ALARM),
    ]
    began = time.monotonic()
    work_until_stopped(tasks, stop)
    assert time.monotonic() - began < 15
    assert {"alarm", "normal", "slow"} <= set(done)


def test_what_a_call_for_help_hangs_on_is_done_beside_everything_else():
    paces = {task.name: task.pace for task in all_tasks()}
    assert {name for name, pace in paces.items() if pace == TaskPace.ALARM} == {
        "examine tips",
        "examine messages",
        "hand down what is meant for a unit",
        "call officers",
        "announce changes",
        "settle answers of officers",
        "take on by links of calls",
    }
    slow = {
        "fetch files",
        "prepare films",
        "sweep files",
        "find waves",
        "count surveys",
        "sign the heads of the audit chains",
    }
    assert {paces[name] for name in slow} == {TaskPace.SLOW}


@pytest.mark.django_db(transaction=True)
def test_each_pace_has_limits_of_its_own_and_a_portion_that_meets_one_stops_nobody(caplog):
    stop, found, done = threading.Event(), {}, []

    def note(name):
        def run():
            with connection.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                found[name] = cursor.fetchone()[0]
            return 0

        return run

    @work()
    def takes_too_long():
        done.append("too long")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
            cursor.execute("SELECT pg_sleep(5)")
        return 0

    def work_on():
        done.append("other")
        if done.count("other") > 3 and len(found) == 3:
            stop.set()
        return 0

    work_until_stopped(
        [
            WorkerTask("alarm", note("alarm"), pace=TaskPace.ALARM),
            WorkerTask("normal", note("normal")),
            WorkerTask("slow", note("slow"), pace=TaskPace.SLOW),
            WorkerTask("too long", takes_too_long, pace=TaskPace.ALARM),
            WorkerTask("other", work_on, every=timedelta(milliseconds=50), pace=TaskPace.ALARM),
        ],
        stop,
    )
    assert found == {"alarm": "15s", "normal": "1min", "slow": "2min"}
    assert "too long" in done
    assert done.count("other") > 3
    assert "The task too long was stopped by a limit of time." in caplog.messages


@contextlib.contextmanager
def dripping_server() -> Iterator[tuple[str, threading.Event]]:
    """A file server that sends a byte a second; its address, and an event when it is asked."""
    asked, stop = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.set()
            self.send_response(200)
            self.send_header("Content-Length", "50000")
            self.end_headers()
            with contextlib.suppress(OSError):
                while not stop.wait(1):
                    self.wfile.write(b"x")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.django_db(transaction=True)
def test_officers_are_called_while_a_server_drips_a_file():
    unit = make.unit(short_name="NENH")
    make.clock_rules()
    with dripping_server() as (base, asked), running("worker") as worker:
        tip = make.tip(unit=unit)
        account = make.channel_account(unit=unit, channel="zalo_oa", base_url=base)
        inbound = Inbound.objects.create(
            account=account, channel="zalo_oa", kind="image", tip_ref=tip.pk
        )
        sealed = bytes(site_box(MEDIA_BOX).encrypt(f"{base}/one".encode()))
        InboundMedia.objects.create(inbound=inbound, kind="image", url_sealed=sealed)
        assert asked.wait(30), worker.output()
        ringing = make.tip(unit=unit, urgency="P0", examined_at=times.now())
        # Less than the minute after which the worker would leave the server.
        until = time.monotonic() + 45
        while not Alarm.objects.filter(tip=ringing, rounds__gt=0).exists():
            assert time.monotonic() < until, worker.output()
            time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_examine_every_tip_once_and_end_when_asked():
    unit = make.unit(short_name="NENH")
    with running("worker") as one, running("worker") as other:
        for n in range(120):
            make.tip(unit=unit, text=f"số 09120{n:05d} gọi lừa đảo")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('keng_work', '')")
        until = time.monotonic() + 30
        while Tip.objects.filter(examined_at=None).exists():
            assert time.monotonic() < until, one.output() + other.output()
            time.sleep(0.05)
        assert (one.stop(), other.stop()) == (0, 0)
    references = list(Tip.objects.values_list("reference", flat=True))
    assert len(set(references) - {""}) == 120
    assert Sighting.objects.count() == 120


@pytest.fixture
def called_desk():
    """A unit whose one officer is called by letter."""
    unit = make.unit(short_name="NENH")
    make.clock_rules()
    make.channel_account(unit=unit, channel="email")
    officer = make.officer(unit=unit)
    prepare_data_folder(data_folder())
    make_signing_key()
    keys.make_sender_key()
    seal.forget_public_keys()
    pager_acts.add_email_pager("truc@congan.example", by=officer)
    yield unit
    seal.forget_public_keys()


def wait_until(condition, *workers):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "".join(worker.output() for worker in workers)
        time.sleep(0.1)


ALARMS, OTHERS = ("--class=alarm",), ("--class=normal", "--class=slow")


@pytest.mark.django_db(transaction=True)
def test_officers_are_called_while_the_other_classes_stand_still(called_desk):
    with running("worker", *OTHERS) as others, running("worker", *ALARMS) as alarms:
        wait_until(Lease.objects.filter(name="worker-slow").exists, others)
        others.signal_all(signal.SIGSTOP)
        try:
            make.tip(unit=called_desk, text=KILLED, urgency="P0")
            wait_until(Alarm.objects.filter(rounds=1).exists, alarms)
        finally:
            others.signal_all(signal.SIGCONT)


@pytest.mark.django_db(transaction=True)
def test_two_workers_of_each_class_lose_nothing_and_do_nothing_twice_when_one_is_killed(
    called_desk,
):
    """Calls, their entries, the chain and its exported heads, with kill -9 in the middle."""
    chain = unit_chain(called_desk.pk)
    with contextlib.ExitStack() as stack:
        first = [stack.enter_context(running("worker", *words)) for words in (ALARMS, OTHERS)]
        wait_until(Lease.objects.filter(name="call officers").exists, *first)
        wait_until(SignedHead.objects.exists, *first)
        second = [stack.enter_context(running("worker", *words)) for words in (ALARMS, OTHERS)]
        workers = [*first, *second]
        holders = dict(Lease.objects.values_list("name", "holder"))
        for number in range(60):
            make.tip(unit=called_desk, text=f"{KILLED}, số 09120{number:05d}", urgency="P0")
        wait_until(lambda: Alarm.objects.filter(rounds__gt=0).count() >= 5, *workers)
        for worker in first:
            worker.signal_all(signal.SIGKILL)
        wait_until(lambda: Alarm.objects.filter(rounds__gt=0).count() == 60, *workers)
        wait_until(lambda: has_other_holders(holders), *second)
        assert [worker.stop() for worker in second] == [0, 0]
    # Whoever ends in order lets go: nobody waits for what nobody does.
    assert not Lease.objects.exists()
    tips = Tip.objects.filter(responsible_unit=called_desk)
    assert len(set(tips.values_list("reference", flat=True)) - {""}) == 60
    # One call a round; on a slow machine some have had their second round.
    rounds = sum(Alarm.objects.values_list("rounds", flat=True))
    calls = AlarmCall.objects.values_list("alarm", "round")
    assert len(calls) == len(set(calls)) == rounds == Delivery.objects.count()
    assert Entry.objects.filter(chain=chain, action="alarm.called").count() == rounds
    assert list(faults_of_chain(Chain.objects.get(name=chain))) == []
    files = exported_files(export_folder())
    exported = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    numbers = [line["line"] for line in exported]
    assert numbers == sorted(set(numbers))
    heads = [(line["chain"], line["seq"]) for line in exported if line["chain"] == chain]
    signed = SignedHead.objects.filter(chain=chain).values_list("chain", "seq")
    assert sorted(heads) == sorted(signed)


def has_other_holders(before):
    """Whether every lease that was held is held by a worker that lives."""
    now = Lease.objects.filter(ends_at__gt=times.now())
    after = dict(now.values_list("name", "holder"))
    return before.keys() <= after.keys() and not set(before.values()) & set(after.values())


@pytest.mark.django_db(transaction=True)
def test_what_is_due_once_is_left_to_the_worker_that_runs(monkeypatch):
    done = []
    task = WorkerTask("count", lambda: done.append(1) or 0)
    finish_once([task])
    assert done == [1]
    monkeypatch.setitem(LEASE_SECONDS, TaskPace.NORMAL, 0.5)
    later = times.now() + timedelta(minutes=1)
    Lease.objects.create(name="count", holder=uuid.uuid4(), ends_at=later)
    finish_once([task])
    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_a_lane_that_ends_by_a_fault_ends_the_process_and_not_itself_alone():
    def fails():
        raise SystemExit("a thread that somebody ended")

    stop = threading.Event()
    with pytest.raises(SystemExit):
        work_until_stopped(
            [WorkerTask("fails", fails), WorkerTask("a", lambda: 0, pace=TaskPace.ALARM)], stop
        )
    assert stop.is_set()


@pytest.mark.django_db(transaction=True)
def test_the_process_ends_with_a_fault_when_its_leases_cannot_be_renewed(monkeypatch):
    def fails(self):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(LeaseHolder, "renew_due", fails)
    with pytest.raises(RuntimeError):
        work_until_stopped([WorkerTask("a", lambda: 0)], threading.Event())


@pytest.mark.django_db(transaction=True)
def test_what_fails_again_and_again_in_one_worker_is_tried_by_another_one(monkeypatch):
    monkeypatch.setitem(LEASE_SECONDS, TaskPace.ALARM, 0.8)
    monkeypatch.setattr(worker_module, "PAUSE_AFTER_ERROR", 0.05)
    failed, done, stop = [], threading.Event(), threading.Event()

    def fails():
        failed.append(1)
        raise RuntimeError("something is missing on this machine")

    def works():
        done.set()
        return 0

    every = timedelta(seconds=0.05)
    workers = [
        threading.Thread(
            target=work_until_stopped,
            args=([WorkerTask("ring", run, every=every, pace=TaskPace.ALARM)], stop),
        )
        for run in (fails, works)
    ]
    try:
        workers[0].start()
        wait_for(lambda: len(failed) >= FAILURES_IN_A_ROW)
        workers[1].start()
        assert done.wait(20)
    finally:
        stop.set()
        for each in workers:
            if each.ident is not None:
                each.join(20)


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# A worker looks after its connections between tasks: one may be open since another test.
@pytest.mark.django_db
def test_what_was_given_up_is_still_missed_here_until_somebody_may_have_taken_it(
    monkeypatch, tmp_path
):
    # Signs of other tests' tasks lie in the folder that they share.
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    held = [True]

    class Leases:
        def holds(self, name):
            return held[0]

    def fails():
        raise RuntimeError("a fault of ours")

    task = WorkerTask("ring", fails, every=timedelta(0), pace=TaskPace.ALARM)
    lane = Worker([task], sign=alive.Heartbeat("worker-alarm"), leases=Leases())
    for _ in range(FAILURES_IN_A_ROW):
        lane._due[task] = 0.0
        lane.do_what_is_due(threading.Event())
    assert lane.has_given_up("ring")
    signs = [sign.name for sign in alive.task_signs()]
    held[0] = False
    lane._due[task] = 0.0
    lane.do_what_is_due(threading.Event())
    assert [sign.name for sign in alive.task_signs()] == signs == ["ring"]
    lane._given_up_until["ring"] -= 60
    lane._due[task] = 0.0
    lane.do_what_is_due(threading.Event())
    assert not alive.task_signs()


@pytest.mark.parametrize(
    ("paces", "measures"),
    [((TaskPace.SLOW,), True), ((TaskPace.NORMAL,), False), ((TaskPace.ALARM,), False)],
)
def test_the_figures_of_the_database_stand_where_they_are_measured(monkeypatch, paces, measures):
    registry = CollectorRegistry()
    monkeypatch.setattr(metrics, "REGISTRY", registry)
    names = {metric.name for metric in worker_module._registry(paces).collect()}
    assert ("keng_figures_age_seconds" in names) == measures
    assert (MEASURE_DATABASE.pace in paces) == measures


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_between_two_portions_is_made_anew_and_none_fails():
    """Also within the moment in which it is trusted: the end of a server stands on the socket."""
    sessions = []

    def ask():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            sessions.append(cursor.fetchone()[0])
        return 0

    lane = Worker([WorkerTask("ask", ask, every=timedelta(0))])
    assert lane.do_what_is_due(threading.Event()) == 0
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [sessions[0]])
    failed_before = metrics.database_errors.labels("worker", "away")._value.get()
    lane.do_what_is_due(threading.Event())
    assert len(sessions) == 2
    assert sessions[0] != sessions[1]
    assert metrics.database_errors.labels("worker", "away")._value.get() == failed_before


@pytest.mark.django_db(transaction=True)
def test_the_server_is_asked_whether_it_still_writes_once_in_a_moment_and_after_a_fault(
    monkeypatch,
):
    asked, portions = [], []

    def count(raw):
        asked.append(raw)
        return server_only_reads(raw)

    def portion():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        portions.append(len(asked))
        if len(portions) == 20:
            raise ValueError("an area's fault")
        return 0

    monkeypatch.setattr(database_wrapper, "server_only_reads", count)
    monkeypatch.setattr(worker_module, "PAUSE_AFTER_ERROR", 0.0)
    monkeypatch.setattr(worker_module, "_CONNECTION_TRUSTED_FOR", 3600.0)
    lane = Worker([WorkerTask("ask", portion, every=timedelta(0))])
    while len(portions) < 22:
        lane.do_what_is_due(threading.Event())
    # The first portion, and the one after the fault.
    assert portions[0] == portions[19]
    assert portions[20] == portions[21] == portions[19] + 1


@pytest.mark.django_db(transaction=True)
def test_while_nothing_happens_what_is_done_every_two_seconds_begins_no_transaction():
    often = [
        task
        for task in all_tasks()
        if task.every <= timedelta(seconds=2) and task.name != "announce changes"
    ]
    assert {task.pace for task in often} == set(TaskPace)
    for task in often:
        assert task.run() == 0, task.name
    for task in often:
        with CaptureQueriesContext(connection) as asked:
            task.run()
        assert asked.captured_queries, task.name
        for query in asked.captured_queries:
            assert not query["sql"].startswith(("BEGIN", "SAVEPOINT", "UPDATE", "DELETE")), (
                task.name
            )
