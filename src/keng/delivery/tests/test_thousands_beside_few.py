"""Tens of thousands of rows of one account or unit make the few of another no dearer to lease.

What is counted are the pages that PostgreSQL touches, which no other load of the machine moves.
"""

import json
import re

import pytest
from django.db import connection, transaction

from keng.delivery.models import Delivery
from keng.delivery.sender import sql
from keng.delivery.sender.database import PLANS_BY_KEYS
from keng.delivery.tests.sending import queue
from keng.delivery.tests.test_unit_turns import Lessor, wait
from keng.kit.ids import new_id
from tests import make

pytestmark = pytest.mark.django_db
MANY = 12_000
FEW = 40


def many_like(dispatch, **fields):
    """Thousands of rows like the one of this dispatch, written by the database itself."""
    copied = [field.column for field in Delivery._meta.concrete_fields]
    values = {"id": "gen_random_uuid()", "recipient_ref": "gen_random_uuid()"} | {
        name: f"'{value}'" for name, value in fields.items()
    }
    chosen = ", ".join(values.get(column, column) for column in copied)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO delivery_delivery ({', '.join(copied)}) SELECT {chosen} FROM "
            "(SELECT * FROM delivery_delivery WHERE dispatch_id = %s AND state = 'queued' LIMIT 1) "
            "AS one, generate_series(1, %s)",
            [dispatch.pk, MANY],
        )
        cursor.execute("ANALYZE delivery_delivery")


def pages_touched(lessor, units):
    """By one lease of this account, which is undone; the rows come in turn from these units."""
    turns = lessor.state.turns()
    statement = sql.LEASE_BY_TURNS if turns else sql.LEASE
    values = lessor._database.lease_values({lessor.account.pk: FEW}, turns)
    with transaction.atomic(), connection.cursor() as cursor:
        # As a sender's own connection has them.
        for setting in re.findall(r"-c (\S+)", PLANS_BY_KEYS):
            name, value = setting.split("=")
            cursor.execute(f"SET LOCAL {name} = {value}")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        (told,) = cursor.fetchone()
        taken = Delivery.objects.filter(state="leased").values_list("unit_ref", flat=True)
        assert set(taken) == units
        assert taken.count() == FEW
        transaction.set_rollback(True)
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def test_few_rows_of_an_account_cost_no_more_beside_thousands_of_another():
    few = Lessor(make.channel_account(unit=make.unit(), rate_per_minute=0))
    unit = new_id()
    other = make.channel_account(unit=make.unit(), rate_per_minute=0)
    of_other = queue(other, ["0"], not_before="2020-01-01T00:00:00Z", unit_ref=new_id())
    many_like(of_other, state="sent")
    wait(few, unit, FEW)
    alone = pages_touched(few, {unit})
    many_like(of_other)
    beside_many = pages_touched(few, {unit})
    assert beside_many <= 2 * alone


def test_few_rows_of_a_unit_cost_no_more_beside_thousands_of_another_on_the_same_account():
    shared = Lessor(make.channel_account(unit=make.unit(), rate_per_minute=0))
    large, small = sorted(new_id() for _ in range(2))
    of_large = wait(shared, large, 1)
    many_like(of_large, state="sent")
    wait(shared, large, FEW)
    wait(shared, small, FEW)
    shared.look()
    beside_few = pages_touched(shared, {large, small})
    many_like(of_large)
    beside_many = pages_touched(shared, {large, small})
    assert beside_many <= 2 * beside_few
