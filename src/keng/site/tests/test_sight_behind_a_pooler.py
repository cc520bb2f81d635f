"""Behind a pooler that shares server connections out nobody reads with the sight of another.

The desk looks at nothing there, and says so.
"""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from keng.accounts.sight import SharedServerConnection, in_sight_of
from keng.delivery.tests.sending import test_dsn
from keng.runtime.tests.rights import give_rights
from keng.site.tests.test_sight_of_the_desk import first_value_of, session_of
from tests import make
from tests.transaction_pooler import transaction_pooler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sessions():
    """Of two officers at two desks."""
    province = make.province_unit()
    return [session_of(make.officer(unit=make.unit(parent=province))) for _ in range(2)]


@pytest.fixture
def clients(request, sessions):
    """Two of the desk's connections, which a pooler serves with one server connection by turns."""
    give_rights()
    with psycopg.connect(test_dsn(), autocommit=True) as server:
        server.execute("SET ROLE keng_desk")
        with transaction_pooler(server, tracks_names=request.param) as port:
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


@pytest.mark.parametrize("clients", [True], indirect=True)
def test_nobody_reads_with_the_sight_of_another(clients, sessions):
    one, other = clients
    with served(one):
        looking = in_sight_of(sessions[0], "GET")
        looking.__enter__()
        officer = whoever_looks()
    assert officer is not None
    with served(other):
        assert whoever_looks() is None
        assert first_value_of("SELECT keng_sight_units()") == []
        # Nor is it ended, or taken, by whoever comes between.
        with pytest.raises(DatabaseError, match="session mode"), in_sight_of(sessions[1], "GET"):
            pass
    with served(one):
        assert whoever_looks() == officer
        looking.__exit__(None, None, None)
        assert whoever_looks() is None


@pytest.mark.parametrize("clients", [False], indirect=True)
def test_nobody_takes_over_what_another_begins_where_names_are_not_told(clients, sessions):
    one, other = clients
    with served(one):
        looking = in_sight_of(sessions[0], "GET")
        looking.__enter__()
        officer = whoever_looks()
    with (
        served(other),
        pytest.raises(DatabaseError, match="session mode"),
        in_sight_of(sessions[1], "GET"),
    ):
        pass
    with served(one):
        assert whoever_looks() == officer
        looking.__exit__(None, None, None)


@pytest.mark.parametrize("clients", [True], indirect=True)
def test_a_page_whose_server_connection_was_changed_is_an_error_and_not_empty(clients, sessions):
    one, other = clients
    with served(one):
        looking = in_sight_of(sessions[0], "GET")
        looking.__enter__()
    with served(other):
        # As on another server connection: what was set is not there.
        first_value_of("SELECT keng_end_sight()::text")
    with served(one):
        with pytest.raises(DatabaseError, match="session mode"):
            whoever_looks()
        with pytest.raises(SharedServerConnection):
            looking.__exit__(None, None, None)


@pytest.mark.parametrize("is_made_again", [True, False])
def test_a_connection_that_ended_within_an_act_is_no_poolers_fault(sessions, caplog, is_made_again):
    """What the act answers with stays: the busy page, which gives back what was written."""
    with in_sight_of(sessions[0], "POST"):
        with pytest.raises(DatabaseError), transaction.atomic():
            lose_the_connection()
        if is_made_again:
            assert whoever_looks() is None
    assert "pooler" not in caplog.text


def lose_the_connection():
    own = first_value_of("SELECT pg_backend_pid()")
    with psycopg.connect(test_dsn(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [own])
    first_value_of("SELECT 1")
