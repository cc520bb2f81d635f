"""A lease has one holder, wherever it runs, and goes on to another when that one is gone."""

import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection
from psycopg import errors

from keng.kit import times
from keng.kit.database import PROCESSES, role
from keng.leases.holder import LeaseHolder
from keng.leases.models import Lease

SOON = 20.0


@pytest.fixture
def committed(transactional_db):
    """What a holder sets on its connection is for its own thread; here it is the test's."""
    yield
    connection.close()


def until_held(holder, name):
    deadline = time.monotonic() + SOON
    while not holder.holds(name):
        holder.renew_due()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_of_two_holds_it_and_lets_it_go_to_the_other(committed):
    first, second = LeaseHolder({"a": 60, "b": 60}), LeaseHolder({"a": 60})
    first.renew_due()
    second.renew_due()
    assert (first.holds("a"), first.holds("b"), second.holds("a")) == (True, True, False)
    assert not first.holds("another")
    first.release()
    assert not first.holds("a")
    second._renew_at["a"] = 0.0
    second.renew_due()
    assert second.holds("a")
    assert Lease.objects.get().holder == second.id


def test_what_nobody_renews_is_another_ones_once_it_has_ended(committed):
    killed, other = LeaseHolder({"a": 0.6}), LeaseHolder({"a": 0.6})
    killed.renew_due()
    assert killed.holds("a")
    began = time.monotonic()
    until_held(other, "a")
    # Counted from before it was asked: when the next one has it, the first no longer believes so.
    assert not killed.holds("a")
    assert time.monotonic() - began < SOON


def test_who_renews_in_time_keeps_it_and_whoever_stands_still_gives_it_up(committed):
    works = [True]
    holder, other = LeaseHolder({"a": 1.5}, lambda _name: works[0]), LeaseHolder({"a": 1.5})
    stop = threading.Event()
    keeper = threading.Thread(target=holder.renew_until, args=(stop,))
    keeper.start()
    try:
        deadline = time.monotonic() + SOON
        while not holder.holds("a"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        held_since = time.monotonic()
        while time.monotonic() < held_since + 3.5:
            other.renew_due()
            assert not other.holds("a")
            time.sleep(0.05)
        works[0] = False
        until_held(other, "a")
    finally:
        stop.set()
        keeper.join(SOON)


def test_two_who_ask_at_once_do_not_both_have_it(committed):
    holders = [LeaseHolder({"a": 60, "b": 60, "c": 60}) for _ in range(4)]
    together = threading.Barrier(len(holders))

    def ask(holder):
        together.wait()
        holder.renew_due()
        connection.close()

    threads = [threading.Thread(target=ask, args=(holder,)) for holder in holders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    for name in "abc":
        assert sum(holder.holds(name) for holder in holders) == 1


@pytest.mark.django_db
def test_one_that_ends_far_ahead_is_over_since_the_clock_was_set_back():
    later = times.now() + timedelta(hours=3)
    Lease.objects.create(name="a", holder=uuid.uuid4(), ends_at=later)
    holder = LeaseHolder({"a": 3})
    holder.renew_due()
    assert holder.holds("a")
    assert Lease.objects.get().ends_at < later


def test_a_lease_that_lasts_longer_than_others_believe_is_refused():
    with pytest.raises(ValueError, match="is over"):
        LeaseHolder({"a": 61})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cause", "is_held"),
    [(errors.LockNotAvailable(), True), (errors.QueryCanceled(), True), (None, False)],
)
def test_without_a_connection_nothing_is_held_and_a_limit_of_time_takes_nothing(
    monkeypatch, cause, is_held
):
    holder = LeaseHolder({"a": 60})
    holder.renew_due()
    assert holder.holds("a")

    def fails(due, now):
        raise (OperationalError if cause else InterfaceError)("the connection is closed") from cause

    monkeypatch.setattr(holder, "_acquire_or_renew", fails)
    monkeypatch.setattr(connection, "close", lambda: None)
    holder._renew_at["a"] = 0.0
    holder.renew_due()
    assert holder.holds("a") == is_held


@pytest.mark.django_db
def test_the_worker_may_take_and_let_go_and_nobody_else_may(become):
    holder = LeaseHolder({"a": 60})
    become("worker")
    holder.renew_due()
    assert holder.holds("a")
    holder.release()
    become("owner")
    assert not Lease.objects.exists()
    with connection.cursor() as cursor:
        for process in PROCESSES[1:]:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'leases_lease', 'SELECT, INSERT, UPDATE, DELETE')",
                [role(process)],
            )
            assert cursor.fetchone() == (process == "worker",)


@pytest.mark.django_db
def test_a_crash_of_the_database_ends_every_lease():
    """Else a standby that is promoted would wait for processes that are gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'leases_lease'")
        assert cursor.fetchone() == ("u",)
