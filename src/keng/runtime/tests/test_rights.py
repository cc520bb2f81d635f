"""Tests that work as a process have its rights, and do not give them to it anew each time."""

import pytest
from django.db import connection

from keng.runtime.tests.rights import give_rights
from keng.site.grants import GRANTS

pytestmark = pytest.mark.django_db
SOME = "SELECT relname, xmin::text FROM pg_class WHERE relname = ANY (%s) ORDER BY relname"


def rows_of_rights():
    """Of each table that some process may use, which transaction wrote its rights."""
    tables = sorted({table for tables in GRANTS.values() for table in tables})
    with connection.cursor() as cursor:
        cursor.execute(SOME, [tables])
        found = cursor.fetchall()
    assert len(found) == len(tables)
    return found


def test_whoever_becomes_a_process_finds_its_rights_given(request):
    give_rights()
    before = rows_of_rights()
    become = request.getfixturevalue("become")
    become("desk")
    become("owner")
    assert rows_of_rights() == before


def test_what_a_test_undoes_takes_no_rights_with_it(become):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xmin::text = pg_current_xact_id()::text FROM pg_class"
            " WHERE relname = 'tips_tip'"
        )
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_table_privilege('keng_desk', 'tips_tip', 'SELECT')")
        assert cursor.fetchone() == (True,)


def test_working_as_a_process_holds_no_role_that_another_worker_waits_for(become):
    for process in ("public", "desk"):
        become(process)
    become("owner")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'object'"
            " AND classid IN ('pg_authid'::regclass, 'pg_auth_members'::regclass)"
        )
        assert cursor.fetchone() == (0,)
