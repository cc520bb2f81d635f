"""A database that came out of a backup sends nothing before `keng restored` has seen to it."""

from contextlib import nullcontext

import pytest
from django.db import connection

from keng.delivery.actions.restored import settle_after_restore
from keng.runtime import restored
from keng.runtime.errors import CannotContinue

pytestmark = pytest.mark.django_db


@pytest.fixture
def require_settled(monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(restored, "owner_connection", lambda: nullcontext(connection.connection))
    return restored.require_settled


def tables_are_older_than_the_cluster():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = applied - interval '1 year'")


def test_a_database_that_was_made_here_starts(require_settled):
    require_settled()


def test_one_that_came_out_of_a_dump_starts_once_what_was_on_its_way_is_settled(require_settled):
    tables_are_older_than_the_cluster()
    with pytest.raises(CannotContinue, match="keng restored"):
        require_settled()
    settle_after_restore()
    require_settled()


def test_a_restore_long_ago_into_another_cluster_settles_nothing(require_settled):
    tables_are_older_than_the_cluster()
    settle_after_restore()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET applied = applied - interval '9 years';"
            "ALTER TABLE audit_entry DISABLE TRIGGER USER;"
            "UPDATE audit_entry SET at = at - interval '1 year' WHERE action = 'data.restored'"
        )
    with pytest.raises(CannotContinue, match="a second time"):
        require_settled()
