"""The worker's loop: woken by a commit, not stopped by a fault, safe beside another worker."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from keng.cli.worker import Worker, all_tasks, work
from keng.kit.recurring import Task
from keng.tips.models import Sighting, Tip
from tests import make
from tests.running import running


@pytest.mark.django_db
def test_a_task_is_repeated_while_it_finds_rows_and_then_rests():
    left = [3]

    def portion():
        left[0] = max(left[0] - 1, 0)
        return left[0]

    Worker([Task("count", portion, every=timedelta(hours=1))]).finish_what_is_due()
    assert left == [0]


@pytest.mark.django_db
def test_a_task_that_fails_does_not_stop_the_others():
    done = []

    def fail():
        raise ValueError("a secret")

    def work():
        done.append(1)
        return 0

    worker = Worker([Task("bad", fail), Task("good", work)])
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
        Task("woken", note("woken"), every=timedelta(hours=1), is_woken=True),
        Task("timed", note("timed"), every=timedelta(hours=1)),
    ]
    thread = threading.Thread(target=Worker(tasks).run, args=(stop, wait))
    thread.start()
    while len(done) < 3:
        time.sleep(0.01)
    stop.set()
    thread.join(5)
    assert done[:3] == ["woken", "timed", "woken"]


@pytest.mark.django_db
def test_a_slow_task_waits_for_no_other_and_holds_up_no_quick_one():
    """A film takes a quarter of an hour, a provider's server a minute; nobody's alarm waits."""
    stop, others = threading.Event(), [threading.Event(), threading.Event()]
    done = []

    def film():
        done.append(all(each.wait(20) for each in others))
        stop.set()
        return 0

    def note(event):
        def run():
            event.set()
            return 0

        return run

    work(
        [
            Task("film", film, is_slow=True),
            Task("picture", note(others[0]), is_slow=True),
            Task("alarm", note(others[1])),
        ],
        stop,
    )
    assert done[0]


@pytest.mark.django_db
def test_what_decodes_or_waits_for_a_server_stands_beside_the_alarms():
    slow = {task.name for task in all_tasks() if task.is_slow}
    assert {"make copies to view", "fetch files", "prepare films"} <= slow
    assert "call officers" not in slow


@pytest.mark.django_db
def test_every_area_that_has_tasks_names_them_apart():
    names = [task.name for task in all_tasks()]
    assert len(names) == len(set(names)) >= 5


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
