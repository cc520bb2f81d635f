"""Everybody locks in one order (docs/decisions/0012), read from the gravest acts' statements."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keng.site.tests.test_in_a_request import EXAMPLES, own_folder  # noqa: F401 -- a fixture
from tests.lock_order import STILL_BACKWARDS

pytestmark = pytest.mark.django_db(transaction=True)
ORDER = [
    "tips_tip",
    "tips_incident",
    "delivery_conversation",
    "tips_dialoguemessage",
    "tips_sighting",
    "delivery_delivery",
    "audit_chain",
]
_SELECTED = re.compile(r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE', re.DOTALL)
_CHANGED = re.compile(r'^(?:UPDATE|DELETE FROM) "(\w+)"')
# Who records locks the head of a chain.
_RECORDS = re.compile(r"FROM audit_append\(")


def locked_table(statement):
    """The table of whose rows a statement takes locks; empty for one that takes none."""
    if _RECORDS.search(statement):
        return "audit_chain"
    found = _SELECTED.search(statement) or _CHANGED.match(statement)
    return found[1] if found else ""


def taken(statements):
    """The tables of the order, as each was locked for the first time."""
    order = []
    for statement in statements:
        table = locked_table(statement)
        if table in ORDER and table not in order:
            order.append(table)
    return order


def backwards(order):
    """What is locked, and what is locked after it though it comes before it."""
    place = ORDER.index
    return {
        (held, later)
        for n, held in enumerate(order)
        for later in order[n:]
        if place(later) < place(held)
    }


def test_the_reading_knows_a_lock_when_it_sees_one():
    assert locked_table('SELECT a FROM "tips_tip" WHERE x FOR NO KEY UPDATE OF "tips_tip"')
    assert locked_table("SELECT entry_seq FROM audit_append(1)") == "audit_chain"
    assert locked_table('SELECT a FROM "tips_tip"') == ""


@pytest.mark.parametrize("area", ["tips", "ends", "events", "warnings", "network"])
def test_every_act_locks_in_the_one_order(in_a_request, subtests, area):
    for name, (_action, made) in EXAMPLES[area].items():
        with subtests.test(name):
            example = made()
            with CaptureQueriesContext(connection) as queries:
                in_a_request(example.act, by=example.by)
            order = taken(each["sql"] for each in queries)
            assert backwards(order) <= STILL_BACKWARDS, order
            if "audit_chain" in order:
                assert order[-1] == "audit_chain"
