"""After a test that commits nothing is left, whatever protects rows and whoever still writes."""

import contextlib

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from keng.claims.tests.bureau import Bureau
from keng.runtime.tests import emptying
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def rows_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return cursor.fetchone()[0]


def tables_with_rows():
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return {table for table in tables if rows_of(table)}


def empty_all_tables():
    """As Django does it after a test that commits."""
    call_command(
        "flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True
    )


@contextlib.contextmanager
def second_connection():
    with contextlib.closing(connection.copy()) as apart:
        apart.ensure_connection()
        yield apart


def test_rows_that_nobody_may_delete_are_gone():
    published = Bureau().published()
    make.tip(unit=make.unit())
    with pytest.raises(ProgrammingError, match="never changes"):
        published.delete()
    assert {"claims_revision", "accounts_officer", "audit_entry", "tips_tip"} <= tables_with_rows()
    empty_all_tables()
    assert tables_with_rows() == set()


def test_every_trigger_works_again_afterwards():
    empty_all_tables()
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)


def test_whoever_still_writes_is_waited_for():
    with second_connection() as apart, apart.cursor() as writing:
        writing.execute("BEGIN")
        writing.execute("DELETE FROM tips_tip")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        try:
            with pytest.raises(CommandError) as refused:
                empty_all_tables()
            assert isinstance(refused.value.__cause__.__cause__, psycopg.errors.LockNotAvailable)
        finally:
            writing.execute("ROLLBACK")
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def test_what_fills_many_files_gets_new_ones(monkeypatch):
    make.unit()
    monkeypatch.setattr(emptying, "MOST_BYTES", 0)
    empty_all_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('places_unit')")
        assert cursor.fetchone() == (0,)
    assert tables_with_rows() == set()
