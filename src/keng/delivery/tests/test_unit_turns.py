"""Units that share an account take turns on it, however many rows one of them has."""

import pytest
from django.db import connection

from keng.delivery.models import Delivery
from keng.delivery.models.outbound import NOBODYS_TURN
from keng.delivery.sender import sql
from keng.delivery.sender.accounts import AccountState
from keng.delivery.sender.database import SenderDatabase
from keng.delivery.sender.housekeeping import first_shared_rung
from keng.delivery.sender.rows import LeasedDelivery, UnitTurn
from keng.delivery.tests.sending import queue, test_dsn
from keng.kit.ids import new_id
from tests import make

pytestmark = pytest.mark.django_db


class Lessor:
    """One sender's leases of one account, one after the other, as the loop makes them."""

    def __init__(self, account):
        self.account = account
        self.state = AccountState()
        self._database = SenderDatabase(test_dsn(), new_id())

    def look(self):
        with connection.cursor() as cursor:
            cursor.execute(sql.WHO_WAITS, {"accounts": [self.account.pk]})
            self.state.sharing = first_shared_rung([UnitTurn(*one) for one in cursor.fetchall()])

    def lease(self, count):
        """The rows in the order in which they leave."""
        turns = self.state.turns()
        values = self._database.lease_values({self.account.pk: count}, turns)
        with connection.cursor() as cursor:
            cursor.execute(sql.LEASE_BY_TURNS if turns else sql.LEASE, values)
            rows = [LeasedDelivery(*one) for one in cursor.fetchall()]
        self.state.note_turns(rows)
        return sorted(rows, key=lambda row: row.place)

    def units(self, count):
        return [row.unit_ref for row in self.lease(count)]


@pytest.fixture
def shared():
    """An account of a province by which a large and a small desk of it send, and a third."""
    province = make.unit()
    account = make.channel_account(unit=province, rate_per_minute=0)
    return Lessor(account), *sorted(new_id() for _ in range(3))


def wait(lessor, unit, count, **fields):
    """So many rows of a unit, due since long: the clock of this one transaction stands still."""
    fields = {"not_before": "2020-01-01T00:00:00Z", "unit_ref": unit} | fields
    return queue(lessor.account, [str(n) for n in range(count)], **fields)


def test_few_rows_of_one_unit_pass_between_the_many_of_another(shared):
    lessor, large, small, _third = shared
    wait(lessor, large, 300)
    lessor.look()
    assert lessor.units(20) == [large] * 20
    wait(lessor, small, 10)
    lessor.look()
    taken = lessor.units(40)
    assert taken[:20] == [large, small] * 10
    assert taken[20:] == [large] * 20


def test_one_row_at_a_time_still_goes_round(shared):
    lessor, large, small, third = shared
    for unit, count in ((large, 50), (small, 5), (third, 5)):
        wait(lessor, unit, count)
    lessor.look()
    taken = [lessor.units(1)[0] for _ in range(6)]
    assert taken == [large, small, third] * 2


def test_what_stands_above_goes_before_all_turns(shared):
    lessor, large, small, _third = shared
    wait(lessor, large, 20)
    wait(lessor, small, 20)
    wait(lessor, large, 5, priority=6)
    call = wait(lessor, NOBODYS_TURN, 1, priority=0)
    lessor.look()
    rows = lessor.lease(10)
    assert [row.priority for row in rows] == [0] + [6] * 5 + [9] * 4
    assert rows[0].id == Delivery.objects.get(dispatch=call).pk
    assert [row.unit_ref for row in rows[6:]] == [large, small] * 2


def test_whose_rows_are_not_due_takes_no_turn(shared):
    lessor, large, small, third = shared
    wait(lessor, large, 20)
    wait(lessor, small, 20, not_before="2100-01-01T00:00:00Z")
    wait(lessor, third, 2)
    lessor.look()
    assert [turn.unit_ref for turn in lessor.state.sharing] == [large, third]
    assert lessor.units(6) == [large, third, large, third, large, large]


def test_an_account_of_one_unit_is_leased_without_turns(shared):
    lessor, large, _small, _third = shared
    wait(lessor, large, 5)
    wait(lessor, large, 5, priority=6)
    lessor.look()
    assert lessor.state.sharing == []
    assert len(lessor.lease(20)) == 10
