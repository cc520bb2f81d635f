"""Two officers act at the same moment: whatever the two acts are, neither waits for ever.

Each act of a pair runs in a transaction of its own, with pauses after what locks, and is taken back
at its end. There is no second try here: a deadlock that production would repeat fails.
"""

import contextlib
import copy
import itertools
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from django.db import OperationalError, connection, transaction

from keng.accounts.models import Post
from keng.kit.busy import sqlstate_of
from keng.network.models import Group, Lead
from keng.runtime.tests.chance import is_nightly, is_random, new_seed
from keng.site.tests.test_locks_of_acts import (
    INSERTS,
    LOCKS,
    acts_with_their_statements,
    desks,
    locked_tables,
)
from keng.site.tests.test_who_may import FOUND, asked_with
from tests import make

PAIRS = 200
USUAL_SEED = 20261129
# They wait more than they work.
LANES = 4
# Longer than any of them takes; whoever waits as long waits for somebody who waits for them.
PATIENCE = "5s"
# So long a thread of a test may wait for the other on a busy machine.
WITHIN = 60


def touched_tables(statements):
    """What an act locks or writes, without the record."""
    made = {found[1] for sql in statements if (found := INSERTS.match(sql))}
    return {table for table in made | set(locked_tables(statements)) if "audit_" not in table}


class ActOfDesk(NamedTuple):
    """Where an act is done and by whom, and which tables it locks or writes."""

    desk: int
    role: str
    tables: set[str]


class Lane:
    """Desks of its own, at which pairs of acts are tried one after the other."""

    def __init__(self, number):
        self.desks = desks(f" {number}")
        self.officers = {
            (place, role): make.officer(unit=here.unit, role=role)
            for place, here in enumerate(self.desks)
            for role in Post.Role.values
        }

    def stuck_pairs(self, pairs, acts):
        """The pairs of which one waited for ever, with the database's code for it."""
        return [
            (names, errors)
            for names in pairs
            if (errors := Pair().run(*(self._act(name, acts[name]) for name in names)))
        ]

    def _act(self, name, whose):
        here = copy.copy(self.desks[whose.desk])
        here.by = self.officers[whose.desk, whose.role]

        def do(meet):
            places, named = asked_with(name, here)
            with meet():
                FOUND[name](*places, by=here.by, **named)

        return do


class Pair:
    """Two acts in two threads, which begin at the same moment and are taken back."""

    def __init__(self):
        self.meeting = threading.Barrier(2)
        self.errors = []

    def run(self, *acts):
        """With what code of its own the database gave up."""
        threads = [threading.Thread(target=self._try, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.errors

    def _try(self, act):
        try:
            with transaction.atomic():
                connection.cursor().execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                act(self._meet)
                transaction.set_rollback(True)
        except OperationalError as error:
            self.errors.append(sqlstate_of(error))
        except Exception:  # noqa: BLE001 -- refused or not: what counts is who waited
            pass
        finally:
            connection.close()

    @contextlib.contextmanager
    def _meet(self):
        """Wait for the other one, then do slowly what follows."""
        # Who comes too late waits already for a row that the other's example holds.
        with contextlib.suppress(threading.BrokenBarrierError):
            self.meeting.wait(timeout=0.1)
        with connection.execute_wrapper(pause_after_locks):
            yield


def pause_after_locks(execute, sql, *rest):
    """Long enough for the other one to take its next lock."""
    result = execute(sql, *rest)
    if LOCKS.search(str(sql)) or INSERTS.match(str(sql)):
        time.sleep(0.008)
    return result


def pairs_to_try(acts):
    """Those that meet in two tables at least; the same ones each time, and all of them at night."""
    pairs = [
        (one, other)
        for one, other in itertools.combinations_with_replacement(sorted(acts), 2)
        if len(acts[one].tables & acts[other].tables) >= 2
    ]
    if is_nightly():
        return pairs
    seed = new_seed() if is_random() else USUAL_SEED
    chance = random.Random(seed)
    return chance.sample(pairs, min(PAIRS, len(pairs)))


@pytest.mark.django_db(transaction=True)
def test_two_that_lock_against_each_other_would_be_noticed():
    unit = make.unit()
    make.lead(unit=unit)
    make.group(unit=unit, place=make.place())

    both_hold_one = threading.Barrier(2)

    def lead_first(meet):
        with meet():
            list(Lead.objects.select_for_update())
            both_hold_one.wait(timeout=WITHIN)
            list(Group.objects.select_for_update())

    def group_first(meet):
        with meet():
            list(Group.objects.select_for_update())
            both_hold_one.wait(timeout=WITHIN)
            list(Lead.objects.select_for_update())

    assert Pair().run(lead_first, group_first) == ["40P01"]


@pytest.mark.django_db(transaction=True)
def test_two_that_lock_in_one_order_wait_and_go_on():
    make.lead(unit=make.unit())

    def hold_lead(meet):
        with meet():
            list(Lead.objects.select_for_update())

    assert Pair().run(hold_lead, hold_lead) == []


@pytest.mark.django_db(transaction=True)
def test_no_two_acts_wait_for_each_other_for_ever():
    make.clock_rules()
    lanes = [Lane(number) for number in range(LANES)]
    first = lanes[0].desks
    acts = {
        name: ActOfDesk(first.index(here), officer.posts.get().role, touched_tables(statements))
        for name, here, officer, statements in acts_with_their_statements(first)
    }
    pairs = pairs_to_try(acts)
    assert len(pairs) > 150
    with ThreadPoolExecutor(LANES) as pool:
        parts = [
            pool.submit(lane.stuck_pairs, pairs[n::LANES], acts) for n, lane in enumerate(lanes)
        ]
        stuck = [each for part in parts for each in part.result()]
    assert stuck == []
