"""The order in which acts lock rows, as the database sees it: by lock(), the ORM and plain SQL."""

import itertools
import re
from collections import defaultdict

import pytest
from django.db import connection, transaction

from keng.accounts.models import Post
from keng.acts.locks import ORDER
from keng.places.models import Unit
from keng.site.tests.desk_world import world
from keng.site.tests.test_who_may import FOUND, REFUSED, RIGHTS, asked_with
from keng.tips.errors import CannotDecide
from tests import make
from tests.lock_order import STILL_BACKWARDS

pytestmark = pytest.mark.django_db
PLACES = {table: place for place, table in enumerate(ORDER)}
LOCKS = re.compile(r'^(?:UPDATE|DELETE FROM)\s+"?(\w+)"?|\bFOR (?:NO KEY )?UPDATE OF "(\w+)"')
INSERTS = re.compile(r'^INSERT INTO "?(\w+)"?')
SELECTS_LOCKING = re.compile(r'FROM "?(\w+)"?.*FOR (?:NO KEY )?UPDATE\s*$', re.DOTALL)


def locked_tables(statements):
    """The tables whose rows were locked, in the order in which they first were.

    Rows that the act itself has just inserted are nobody else's to wait for.
    """
    made, taken = set(), []
    for sql in statements:
        if found := INSERTS.match(sql):
            made.add(found[1])
        elif "SKIP LOCKED" in sql:
            continue
        elif (found := LOCKS.search(sql)) or (found := SELECTS_LOCKING.search(sql)):
            table = next(filter(None, found.groups()))
            if table not in made and table not in taken:
                taken.append(table)
    return taken


def backwards(tables):
    """Pairs (held, wanted) that go against the order."""
    ordered = [table for table in tables if table in PLACES]
    return {
        (held, wanted)
        for number, held in enumerate(ordered)
        for wanted in ordered[number + 1 :]
        if PLACES[wanted] < PLACES[held]
    }


def desks(name=""):
    """What a commune's desk has, and a province's."""
    return [
        world(f"nhà{name}", parent=make.province_unit(f"Công an tỉnh nhà{name}")),
        world(f"tỉnh{name}", kind=Unit.Kind.PROVINCE),
    ]


def acts_with_their_statements(desks):
    """Each act once: its name, the desk, an officer who may do it, and what it asked the database.

    What it did is taken back.
    """
    tried = set()
    for here, role in itertools.product(desks, Post.Role.values):
        here.by = officer = make.officer(unit=here.unit, role=role)
        for name in sorted(FOUND.keys() & RIGHTS):
            if name not in tried and (statements := _statements_of(name, here)) is not None:
                tried.add(name)
                yield name, here, officer, statements


def _statements_of(name, here):
    """None where this officer may not do it."""
    seen = []

    def watch(execute, sql, *rest):
        seen.append(str(sql))
        return execute(sql, *rest)

    with transaction.atomic():
        try:
            places, named = asked_with(name, here)
            with transaction.atomic(), connection.execute_wrapper(watch):
                FOUND[name](*places, by=here.by, **named)
        except (*REFUSED, CannotDecide):
            return None
        except Exception:  # noqa: BLE001 -- what it locked until then is what is asked
            return seen
        finally:
            transaction.set_rollback(True)
    return seen


def test_every_act_takes_its_locks_in_one_order():
    wrong, tried = defaultdict(set), []
    for name, _here, _officer, statements in acts_with_their_statements(desks()):
        tried.append(name)
        for pair in backwards(locked_tables(statements)) - STILL_BACKWARDS:
            wrong[pair].add(name)
    assert not wrong, "\n".join(f"{pair}: {sorted(names)}" for pair, names in sorted(wrong.items()))
    assert len(tried) > 150
