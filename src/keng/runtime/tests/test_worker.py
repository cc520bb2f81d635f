"""The worker's loop: woken by a commit, not stopped by a fault, safe beside another worker."""

import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection

from keng.acts.work import work
from keng.delivery.models import Inbound, InboundMedia
from keng.intake.chat_handlers import MEDIA_BOX
from keng.kit import times
from keng.kit.secrets import site_box
from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.runtime.worker import Worker, all_tasks, work_until_stopped
from keng.tips.models import Alarm, Sighting, Tip
from tests import make
from tests.running import running


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
