"""Rows are locked in the order of their table, and tables in one order."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

import keng
from keng.acts import locks
from keng.acts.act import Act, act
from keng.acts.errors import NotAllowed
from keng.acts.locks import ORDER, lock, lock_available, lock_one, take_turn, wait_for_turn
from keng.acts.work import work
from keng.kit.advisory_locks import OwnersLock, TurnLock
from keng.network.models import Group, Lead
from keng.places.models import Unit
from keng.tips.models import Note
from tests import make

pytestmark = pytest.mark.django_db


class Everybody:
    is_by_secret = False

    def includes(self, actor):
        return True

    def reaches(self, actor, owner_id):
        return owner_id == actor


@pytest.fixture
def disorder(monkeypatch):
    """What was taken against the order, as pairs of tables."""
    found = []
    monkeypatch.setattr(locks, "report_disorder", lambda held, wanted: found.append((held, wanted)))
    return found


def test_every_table_of_the_order_is_there():
    tables = {model._meta.db_table for model in apps.get_models()}
    assert set(ORDER) <= tables


def test_rows_are_taken_one_after_the_other_and_stop_nobody_who_only_refers_to_them():
    with CaptureQueriesContext(connection) as asked:
        list(lock(Group.objects.order_by("name")))
    by_id = 'ORDER BY "network_group"."id" ASC'
    assert asked[-1]["sql"].endswith(f'{by_id} FOR NO KEY UPDATE OF "network_group"')


def test_going_backwards_is_noticed(disorder):
    @work()
    def forwards():
        list(lock(Unit.objects.all()))
        list(lock(Lead.objects.all()))
        list(lock(Group.objects.all()))
        # What is held already is no new lock.
        list(lock(Lead.objects.all()))

    @work()
    def backwards():
        list(lock(Group.objects.all()))
        list(lock(Lead.objects.all()))

    forwards()
    assert disorder == []
    backwards()
    assert disorder == [("network_group", "network_lead")]


def test_a_part_goes_on_where_the_act_has_come_to(disorder):
    @work()
    def part():
        list(lock(Lead.objects.all()))

    @work()
    def whole():
        list(lock(Group.objects.all()))
        part()

    whole()
    assert disorder == [("network_group", "network_lead")]


def test_what_takes_only_what_nobody_holds_waits_for_nobody(disorder):
    @work()
    def portion():
        list(lock(Group.objects.all()))
        list(lock_available(Lead.objects.all()))
        # But whoever waits for what comes before it, with that held, may wait for ever.
        list(lock(Unit.objects.all()))

    portion()
    assert disorder == [("network_group", "places_unit")]


def test_a_table_without_a_place_is_noticed(disorder):
    @work()
    def portion():
        list(lock(Note.objects.all()))

    portion()
    assert [wanted for _held, wanted in disorder] == ["tips_note"]


def test_one_row_is_for_those_who_see_it_and_may():
    unit = make.unit()
    mine, other = make.lead(unit=unit), make.lead(unit=make.unit())

    @act(Act(Everybody()))
    def name_of(pk, *, by, visible=Lead.objects):
        return lock_one(visible.all(), pk).name

    assert name_of(mine.pk, by=unit.pk) == mine.name
    with pytest.raises(NotAllowed):
        name_of(other.pk, by=unit.pk)
    with pytest.raises(NotAllowed):
        name_of(make.some_id(), by=unit.pk)


def test_no_two_purposes_have_the_same_number_nor_the_name_of_a_table():
    for locks_of_a_kind in (OwnersLock, TurnLock):
        assert len(set(locks_of_a_kind)) == len(locks_of_a_kind.__members__)
    # Two small ones: the first is the purpose.
    assert all(0 < number < 2**31 for number in TurnLock)
    assert all(number >= 2**31 for number in OwnersLock)
    assert not set(TurnLock.__members__) & set(ORDER)


def test_no_other_code_takes_a_lock_that_is_no_rows():
    names = {
        "kit/advisory_locks.py",
        "acts/locks.py",
        "runtime/roles.py",
        # In a function of the owner's, for the moment in which a key of ten minutes changes.
        "limits/migrations/0001_shared_limits.py",
        # In a trigger of the owner's: no two write digests at once, whoever they are.
        "delivery/migrations/0050_weekly_digests.py",
        # Files are moved and destroyed after an act has committed, or beside none.
        "files/storage/chosen.py",
    }
    product = Path(keng.__file__).parent
    found = {
        path.relative_to(product).as_posix()
        for path in product.rglob("*.py")
        if "tests" not in path.parts and re.search("advisory_(?!locks)", path.read_text())
    }
    assert found == names


def test_a_turn_is_waited_for_before_any_row_is_locked(disorder):
    @work()
    def in_order():
        wait_for_turn(TurnLock.CLAIM_NUMBERS)
        wait_for_turn(TurnLock.CHANNEL_TOKENS, "one")
        list(lock(Group.objects.all()))
        # What is held already is no new lock.
        wait_for_turn(TurnLock.CLAIM_NUMBERS)
        # And what is not waited for stops nobody.
        assert take_turn(TurnLock.WAVES)

    @work()
    def late():
        list(lock(Group.objects.all()))
        wait_for_turn(TurnLock.CLAIM_NUMBERS)

    in_order()
    assert disorder == []
    late()
    assert disorder == [("network_group", "CLAIM_NUMBERS")]


@pytest.mark.django_db(transaction=True)
def test_a_turn_is_one_transactions_alone_and_only_for_its_thing():
    def elsewhere(do):
        def with_own_connection():
            try:
                with transaction.atomic():
                    return do()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(with_own_connection).result(timeout=20)

    def waits_for(thing):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
        try:
            wait_for_turn(TurnLock.CHANNEL_TOKENS, thing)
        except OperationalError:
            return True
        return False

    with transaction.atomic():
        assert take_turn(TurnLock.WAVES)
        wait_for_turn(TurnLock.CHANNEL_TOKENS, "one")
        assert not elsewhere(lambda: take_turn(TurnLock.WAVES))
        assert elsewhere(lambda: take_turn(TurnLock.SURVEY_CHATS))
        assert elsewhere(lambda: waits_for("one"))
        assert not elsewhere(lambda: waits_for("another"))
    assert elsewhere(lambda: take_turn(TurnLock.WAVES))
