"""Behind a pooler in transaction mode nobody looks with the sight of another, and all look."""

from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from keng.accounts.sight import counting, in_sight_of
from keng.delivery.tests.sending import test_dsn
from keng.runtime.tests.rights import give_rights
from keng.site.tests.test_sight_of_the_desk import first_value_of, session_of
from tests import make
from tests.transaction_pooler import transaction_pooler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officers():
    """Two at two desks."""
    province = make.province_unit()
    return [make.officer(unit=make.unit(parent=province)) for _ in range(2)]


@pytest.fixture
def clients(officers):
    """Two of the desk's connections, which a pooler serves with one server connection by turns."""
    give_rights()
    with psycopg.connect(test_dsn(), autocommit=True) as server:
        server.execute("SET ROLE keng_desk")
        with transaction_pooler(server) as port:
            made = [connection.copy() for _ in range(2)]
            for each in made:
                place = {"HOST": "127.0.0.1", "PORT": str(port)}
                each.settings_dict = {**each.settings_dict, **place}
            yield made
            for each in made:
                each.close()


@contextmanager
def served(client):
    """In it the desk's code has this connection."""
    usual = connections["default"]
    connections["default"] = client
    try:
        yield
    finally:
        connections["default"] = usual


def whoever_looks():
    return first_value_of("SELECT keng_sight_officer()")


def test_each_looks_by_themselves_however_their_transactions_take_turns(clients, officers):
    sessions = [session_of(officer) for officer in officers]
    for _ in range(3):
        for client, session, officer in zip(clients, sessions, officers, strict=True):
            with served(client), in_sight_of(session, "POST"):
                assert whoever_looks() == officer.pk
                with transaction.atomic():
                    assert whoever_looks() == officer.pk
                with counting():
                    assert set(first_value_of("SELECT keng_sight_units()")) == officer.unit_ids
        for client in clients:
            with served(client):
                assert whoever_looks() is None
                assert first_value_of("SELECT keng_sight_units()") == []


def test_between_two_transactions_of_a_request_another_officer_looks(clients, officers):
    one, other = clients
    mine, yours = (session_of(officer) for officer in officers)
    with served(one):
        looking = in_sight_of(mine, "POST")
        looking.__enter__()
        with transaction.atomic():
            assert whoever_looks() == officers[0].pk
    with served(other), in_sight_of(yours, "GET"):
        assert whoever_looks() == officers[1].pk
    with served(one):
        with transaction.atomic():
            assert whoever_looks() == officers[0].pk
        looking.__exit__(None, None, None)


def test_after_a_connection_ended_within_an_act_the_same_officer_looks(officers):
    with in_sight_of(session_of(officers[0]), "POST"):
        with pytest.raises(DatabaseError), transaction.atomic():
            lose_the_connection()
        assert whoever_looks() == officers[0].pk


def test_an_act_begins_though_the_connection_was_lost_since_the_last_question(officers):
    """Nothing was written before it, so nothing is lost."""
    with in_sight_of(session_of(officers[0]), "POST"):
        assert whoever_looks() == officers[0].pk
        with suppress(psycopg.Error, DatabaseError):
            lose_the_connection()
        with transaction.atomic():
            assert whoever_looks() == officers[0].pk


def lose_the_connection():
    own = first_value_of("SELECT pg_backend_pid()")
    with psycopg.connect(test_dsn(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [own])
    first_value_of("SELECT 1")
