"""The worker makes the rows of what was approved: once, whole or not at all, for nobody else."""

import contextlib
import threading

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from keng.acts.errors import TryAgain
from keng.audit.models import Entry
from keng.conftest import give_rights
from keng.delivery.actions import dispatch as actions
from keng.delivery.actions import materialising
from keng.delivery.actions.materialising import is_over_approval, materialise_next_dispatch
from keng.delivery.audience import SameRecipients, audience_of_dispatch, define_audience
from keng.delivery.models import Delivery, Dispatch, RelayTask
from keng.delivery.tasks import TASKS
from keng.delivery.tests.sending import test_dsn
from keng.delivery.tests.test_dispatch import TEXTS, Ward
from keng.kit import times
from keng.kit.worker_tasks import TaskPace
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


class Waiting(Ward):
    """A ward whose dispatches wait for the worker."""

    def send(self, audience, *, approval=None, urgent=False, **more):
        values = {
            "kind": "warning",
            "unit": self.unit,
            "approval": approval or self.approve(audience),
            "texts": TEXTS,
            "audience": define_audience(audience),
            "source_kind": "warning_version",
            "source_ref": make.some_id(),
            "is_urgent": urgent,
            "by": self.officer,
        }
        with transaction.atomic():
            return actions.send_dispatch(**values | more)


@pytest.fixture
def ward():
    made = Waiting()
    make.channel_account(unit=made.unit)
    make.channel_account(unit=made.unit, channel="email")
    made.machine = make.group(unit=made.unit, place=made.hamlet, channel="sandbox", name="Máy")
    made.by_hand = make.group(unit=made.unit, place=made.hamlet, name="Tay")
    made.lead = make.lead(unit=made.unit, groups=(made.by_hand,))
    return made


@contextlib.contextmanager
def in_the_middle(monkeypatch, do):
    """Do something once, when the rows are there and have not been committed."""
    insert, done = materialising._insert_tasks, []

    def insert_tasks(*arguments):
        if not done:
            done.append(True)
            do()
        return insert(*arguments)

    monkeypatch.setattr(materialising, "_insert_tasks", insert_tasks)
    yield
    assert done


def recipients(dispatch):
    return set(Delivery.objects.filter(dispatch=dispatch).values_list("recipient_ref", flat=True))


def test_the_act_makes_no_row_and_the_worker_is_told_when_it_has_committed(ward):
    with psycopg.connect(test_dsn(), autocommit=True) as bell:
        bell.execute("LISTEN keng_work")
        bell.execute("LISTEN keng_delivery")
        sent = ward.send(ward.audience())
        assert [note.channel for note in bell.notifies(timeout=30, stop_after=1)] == ["keng_work"]
        assert (sent.is_being_prepared, recipients(sent)) == (True, set())
        assert materialise_next_dispatch() == 1
        heard = [note.channel for note in bell.notifies(timeout=30, stop_after=1)]
        assert heard == ["keng_delivery"]
    sent.refresh_from_db()
    assert not sent.is_being_prepared
    assert recipients(sent) == {ward.machine.pk, ward.by_hand.pk}
    assert RelayTask.objects.get(dispatch=sent).lead == ward.lead
    assert materialise_next_dispatch() == 0


def test_urgent_ones_come_first_and_one_that_fails_keeps_no_other_waiting(ward, monkeypatch):
    broken, calm = ward.send(ward.audience()), ward.send(ward.audience())
    urgent = ward.send(ward.audience(), urgent=True)
    insert = materialising._insert_tasks

    def insert_tasks(cursor, dispatch, audience):
        if dispatch.pk == broken.pk:
            raise DatabaseError
        return insert(cursor, dispatch, audience)

    monkeypatch.setattr(materialising, "_insert_tasks", insert_tasks)
    made = []
    for _ in range(2):
        materialise_next_dispatch()
        made.append(Dispatch.objects.exclude(materialised_at=None).latest("materialised_at").pk)
    assert made == [urgent.pk, calm.pk]
    with pytest.raises(DatabaseError):
        materialise_next_dispatch()
    assert recipients(broken) == set()


def test_a_correction_gets_its_rows_before_any_other_bulk_and_before_what_is_urgent(ward):
    first = ward.send(ward.audience())
    assert materialise_next_dispatch() == 1
    Delivery.objects.filter(dispatch=first).update(state="sent")
    older, urgent = ward.send(ward.audience()), ward.send(ward.audience(), urgent=True)
    corrected = ward.send(SameRecipients((first.pk,)), kind="correction")
    made = []
    for _ in range(3):
        materialise_next_dispatch()
        made.append(Dispatch.objects.exclude(materialised_at=None).latest("materialised_at").pk)
    assert made == [corrected.pk, urgent.pk, older.pk]


def test_killed_in_between_nothing_is_half_and_the_next_worker_makes_all(ward, monkeypatch):
    sent = ward.send(ward.audience())

    def die():
        pid = connection.connection.info.backend_pid
        with psycopg.connect(test_dsn(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])

    with in_the_middle(monkeypatch, die), pytest.raises(TryAgain):
        materialise_next_dispatch()
    connection.close()
    assert recipients(sent) == set()
    assert not Entry.objects.filter(action="dispatch.materialised").exists()
    assert materialise_next_dispatch() == 1
    assert recipients(sent) == {ward.machine.pk, ward.by_hand.pk}
    assert Entry.objects.filter(action="dispatch.materialised").count() == 1


def test_two_workers_make_each_row_once(ward, monkeypatch):
    sent, counted = ward.send(ward.audience()), ward.send(ward.audience())
    other = ward.send(ward.audience(subscribers=False))
    beside = []

    def work_too():
        def run():
            try:
                beside.append((materialise_next_dispatch(), recipients(other)))
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()

    with in_the_middle(monkeypatch, work_too):
        assert materialise_next_dispatch() == 1
    # The one beside left alone what was being made, and what counts in the week of the same
    # subscribers, and made the next one.
    assert beside == [(1, {ward.machine.pk, ward.by_hand.pk})]
    assert not Delivery.objects.filter(dispatch=counted).exists()
    assert materialise_next_dispatch() == 1
    assert materialise_next_dispatch() == 0
    assert Delivery.objects.filter(dispatch=sent).count() == 2
    assert RelayTask.objects.filter(dispatch=sent).count() == 1


def test_who_stops_it_waits_for_no_row_and_then_there_is_none(ward, monkeypatch):
    sent = ward.send(ward.audience())
    stopped = []

    def stop():
        def run():
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '2s'")
                stopped.append(actions.cancel_dispatch(sent.pk, by=ward.officer))
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(20)
        assert stopped == [0]

    with in_the_middle(monkeypatch, stop):
        assert materialise_next_dispatch() == 0
    assert recipients(sent) == set()
    sent.refresh_from_db()
    assert (sent.materialised_at, sent.is_being_prepared) == (None, False)
    assert materialise_next_dispatch() == 0


def test_a_group_that_joins_or_moves_after_the_approval_gets_nothing(ward):
    moved = make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox", name="Chuyển")
    gone = make.group(unit=ward.unit, place=ward.hamlet, name="Ngừng")
    sent = ward.send(ward.audience())
    make.group(unit=ward.unit, place=ward.hamlet, name="Mới")
    moved.channel_address = "another"
    moved.save()
    gone.is_active = False
    gone.save()
    assert materialise_next_dispatch() == 1
    assert recipients(sent) == {ward.machine.pk, ward.by_hand.pk}
    sent.refresh_from_db()
    assert set(sent.left_out) == {moved.pk, gone.pk}
    assert Entry.objects.get(action="dispatch.materialised").detail["left_out"] == 2


@pytest.mark.parametrize(
    ("people", "approved", "held"),
    [(20, 0, False), (21, 0, True), (121, 100, True), (120, 100, False), (1100, 1000, False)],
)
def test_held_is_what_goes_to_over_20_and_over_a_fifth_more(people, approved, held):
    assert is_over_approval(people, approved) is held


def subscribe(ward, count):
    return [make.subscription(places=(ward.place,)).pk for _ in range(count)]


def test_a_few_people_more_get_it_and_whoever_stopped_does_not(ward):
    before = subscribe(ward, 3)
    sent = ward.send(ward.audience())
    after = subscribe(ward, 20)
    type(make.subscription(places=(ward.place,))).objects.filter(pk=before[0]).update(
        stopped_at=times.now()
    )
    assert materialise_next_dispatch() == 1
    people = recipients(sent) - {ward.machine.pk, ward.by_hand.pk}
    assert set(before[1:] + after) < people
    assert before[0] not in people


def test_for_many_more_people_it_is_held_until_somebody_decides(ward):
    subscribe(ward, 3)
    sent = ward.send(ward.audience())
    subscribe(ward, 21)
    assert materialise_next_dispatch() == 1
    sent.refresh_from_db()
    assert (sent.is_held, sent.held_people, recipients(sent)) == (True, 24, set())
    entry = Entry.objects.get(action="dispatch.held")
    assert (entry.actor_id, entry.detail) == ("worker", {"approved": 3, "people": 24})
    assert materialise_next_dispatch() == 0
    actions.cancel_dispatch(sent.pk, by=ward.officer)
    assert materialise_next_dispatch() == 0
    assert recipients(sent) == set()


def test_what_was_kept_with_a_dispatch_is_what_was_approved(ward):
    audience = define_audience(ward.audience(over_limit_reason="Vừa có người mất tiền"))
    sent = ward.send(audience)
    kept = audience_of_dispatch(Dispatch.objects.get(pk=sent.pk))
    assert kept.hash == audience.hash == bytes(sent.approval.audience_hash)
    assert {posted[0] for posted in kept.groups} == {ward.machine.pk, ward.by_hand.pk}


@pytest.fixture
def worker(transactional_db):
    """From here on this connection is the worker's, with its rights and no others."""
    give_rights()

    @contextlib.contextmanager
    def role():
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE keng_worker")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")

    return role


def test_the_worker_may_make_rows_tasks_and_what_is_held(ward, worker):
    subscribe(ward, 2)
    sent = ward.send(ward.audience())
    again = ward.send(ward.audience())
    with worker():
        assert materialise_next_dispatch() == 1
    assert len(recipients(sent)) == 4
    subscribe(ward, 30)
    with worker():
        assert materialise_next_dispatch() == 1
    again.refresh_from_db()
    assert again.is_held


def test_nothing_else_of_the_worker_holds_up_the_rows_and_they_hold_up_no_alarm():
    task = TASKS[0]
    assert task.run is materialise_next_dispatch
    assert (task.is_woken, task.pace) == (True, TaskPace.SLOW)
