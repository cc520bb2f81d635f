"""A database that a newer version changed is refused before anything is done to it."""

from contextlib import nullcontext

import pytest
from django.db import connection

from keng.runtime import known_keys
from keng.runtime.errors import CannotContinue
from keng.runtime.version_of_data import applied_migrations, migrations_here

pytestmark = pytest.mark.django_db


def require_these_data(monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(known_keys, "owner_connection", lambda: nullcontext(connection.connection))
    known_keys.require_data_of(is_demo=False)


def test_a_migration_that_is_not_here_is_refused_by_name(monkeypatch):
    require_these_data(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('tips', '9999_of_tomorrow', now()), ('elsewhere', '9999_of_others', now())"
        )
    with pytest.raises(CannotContinue, match=r"newer than this code.*tips 9999_of_tomorrow"):
        require_these_data(monkeypatch)


def test_what_is_here_is_applied():
    connection.ensure_connection()
    assert migrations_here(is_demo=False) <= (applied_migrations(connection.connection) or set())
