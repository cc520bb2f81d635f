"""One limit for all processes: what it lets through, and what its rows say of nobody."""

import threading
import uuid

import pytest
from django.db import connection
from django.test import RequestFactory

from keng.limits import shared
from keng.limits.models import LimitCount, LimitKey
from keng.limits.shared import SharedLimit, remove_old_counts
from keng.runtime.backup.contents import EMPTY_TABLES

pytestmark = pytest.mark.django_db

OFFICE = "203.0.113.0/24"


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self):
        self.now = 600_000.0


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr(shared, "seconds_now", lambda: found.now)
    return found


def three(name="tried out"):
    return SharedLimit(name, at_once=3, pause=60.0)


def test_a_network_has_so_many_at_once_and_then_one_for_each_pause(clock):
    limit = three()
    assert [limit.count_network(OFFICE) for _ in range(5)] == [0, 0, 0, 60, 120]
    assert limit.count_network("198.51.100.0/24") == 0
    clock.now += 180
    assert limit.count_network(OFFICE) == 0


def test_whoever_insists_waits_longer_and_not_for_ever(clock):
    limit = three()
    waits = [limit.count_network(OFFICE) for _ in range(40)]
    assert waits[-1] == 600


def test_all_processes_count_together_and_every_limit_by_itself(clock):
    for _ in range(3):
        # Each time as a process that has just begun.
        shared.forget_keys()
        assert three().count_network(OFFICE) == 0
    shared.forget_keys()
    assert three().count_network(OFFICE) == 60
    assert three("something else").count_network(OFFICE) == 0


def test_neighbours_are_one_network_and_half_of_it_is_noticed(clock):
    def ask(address):
        return RequestFactory().get("/", REMOTE_ADDR=address)

    limit = SharedLimit("tried out", at_once=2, pause=60.0)
    assert not limit.is_half_used(ask("203.0.113.5"))
    assert limit.seconds_to_wait(ask("203.0.113.5")) == 0
    assert not limit.is_half_used(ask("203.0.113.9"))
    assert limit.seconds_to_wait(ask("203.0.113.9")) == 0
    assert limit.is_half_used(ask("203.0.113.77"))
    assert limit.seconds_to_wait(ask("203.0.113.77")) == 60
    assert limit.seconds_to_wait(ask("2001:db8:1:2::1")) == 0
    assert limit.seconds_to_wait(ask("2001:db8:1:ffff::2")) == 0
    assert limit.seconds_to_wait(ask("2001:db8:1::3")) == 60
    assert limit.seconds_to_wait(ask("2001:db8:2::3")) == 0


def test_the_key_changes_every_ten_minutes_and_the_count_goes_on_under_the_next(clock):
    limit = three()
    for _ in range(5):
        limit.count_network(OFFICE)
    (first,) = LimitCount.objects.values_list("mark", flat=True)
    (half,) = LimitKey.objects.values_list("half", flat=True)
    clock.now += shared.PERIOD_SECONDS - 300
    assert limit.count_network(OFFICE) == 0
    clock.now += 300
    assert limit.count_network(OFFICE) == 0
    assert LimitCount.objects.count() == 2
    assert LimitCount.objects.exclude(mark=first).get().used < 3
    (next_half,) = LimitKey.objects.values_list("half", flat=True)
    assert bytes(next_half) != bytes(half)


def test_what_was_counted_under_a_key_that_is_gone_is_deleted(clock):
    limit = three()
    limit.count_network(OFFICE)
    clock.now += shared.PERIOD_SECONDS
    assert remove_old_counts() == 0
    clock.now += shared.PERIOD_SECONDS
    assert remove_old_counts() == 1
    limit.count_network(OFFICE)
    # Of three keys none but the last one is anywhere.
    assert LimitKey.objects.count() == 1
    assert len(shared._keys._by_period) <= 1 + shared.MOST_KEYS_BEFORE


def test_a_clock_that_was_put_back_begins_anew(clock):
    limit = three()
    limit.count_network(OFFICE)
    clock.now -= 10 * shared.PERIOD_SECONDS
    shared.forget_keys()
    assert limit.count_network(OFFICE) == 0


def test_the_counts_say_nothing_of_who_asked(clock):
    three().count_network(OFFICE)
    row = repr(list(LimitCount.objects.values_list()) + list(LimitKey.objects.values_list()))
    assert "203.0" not in row
    assert "tried" not in row


def test_the_half_in_the_database_makes_no_mark_without_the_sites_key(clock):
    """Whoever stole the database alone tries all 16 million networks in vain."""
    limit = three()
    limit.count_network(OFFICE)
    (mark,) = LimitCount.objects.values_list("mark", flat=True)
    (half,) = LimitKey.objects.values_list("half", flat=True)
    assert limit._mark(bytes(half), OFFICE) != mark
    assert isinstance(mark, uuid.UUID)


def test_the_tables_are_in_no_log_and_in_no_backup():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'limits\\_%%' AND relkind = 'r' "
            "AND relpersistence = 'u'"
        )
        unlogged = {name for (name,) in cursor.fetchall()}
    made = {model._meta.db_table for model in (LimitCount, LimitKey)}
    assert made <= unlogged
    assert made <= set(EMPTY_TABLES)


@pytest.mark.parametrize("process", ["public", "desk"])
def test_a_process_counts_with_its_own_rights_and_reads_no_key(become, clock, process):
    become(process)
    assert three().count_network(OFFICE) == 0
    assert three().count_network(OFFICE) == 0
    with pytest.raises(Exception, match="permission denied"):
        LimitKey.objects.count()


def test_the_worker_deletes_with_its_own_rights(become, clock):
    three().count_network(OFFICE)
    clock.now += 2 * shared.PERIOD_SECONDS
    become("worker")
    assert remove_old_counts() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_no_count():
    limit, waits = SharedLimit("tried out", at_once=150, pause=600.0), []

    def ask():
        waits.extend(limit.count_network(OFFICE) for _ in range(20))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == 160
    assert waits.count(0) == 150


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_reads_the_table_makes_nobody_wait_for_the_next_key(clock):
    """pg_dump holds every table for as long as it runs."""
    limit = three()
    limit.count_network(OFFICE)
    reader = connection.copy()
    try:
        reader.set_autocommit(False)
        with reader.cursor() as cursor:
            cursor.execute("LOCK TABLE limits_limitkey, limits_limitcount IN ACCESS SHARE MODE")
        clock.now += shared.PERIOD_SECONDS
        assert limit.count_network(OFFICE) == 0
        assert LimitKey.objects.get().period == clock.now // shared.PERIOD_SECONDS
    finally:
        reader.rollback()
        reader.close()
