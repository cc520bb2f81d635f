"""How the tables are emptied after a test that commits: what was written goes, row by row.

Django truncates every table, and PostgreSQL gives each of them, each index and each TOAST table a
new file: some two thousand files for the few rows of a test. Here all tables are locked as TRUNCATE
locks them, so that whoever still writes is waited for; then rows are deleted where there are any.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.core.management.color import Style
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import sql

from keng.runtime.roles import OWNER_ROLE

# Rows that are deleted stay in their files until autovacuum comes. Beyond so many bytes, in all
# tables together, new files are cheaper than reading the old ones again after every test.
MOST_BYTES = 8_000_000

_truncate = DatabaseOperations.sql_flush


def let_the_owner_pass_triggers_over(superuser: psycopg.Connection[Any]) -> None:
    """What may never be deleted is, after a test; nor are two hundred foreign keys looked through.

    A right of the test's own cluster, which no installation has.
    """
    superuser.execute(
        sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(
            sql.Identifier(OWNER_ROLE)
        )
    )


def delete_instead_of_truncating() -> None:
    """From here on, wherever Django empties tables and leaves their sequences as they are."""
    DatabaseOperations.sql_flush = _statements  # type: ignore[assignment, method-assign]


def _statements(
    operations: DatabaseOperations,
    style: Style,
    tables: Sequence[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    truncating = _truncate(
        operations,
        style,
        tables,
        reset_sequences=reset_sequences,
        allow_cascade=allow_cascade,
    )
    if not tables or reset_sequences or allow_cascade:
        return truncating
    names = [operations.quote_name(table) for table in tables]
    literals = ", ".join(f"'{name}'::regclass" for name in names)
    return [
        f"""DO $emptying$
DECLARE
    each regclass;
    written regclass[];
BEGIN
    LOCK TABLE {", ".join(names)} IN ACCESS EXCLUSIVE MODE;
    written := ARRAY(
        SELECT one FROM unnest(ARRAY[{literals}]) AS one WHERE pg_relation_size(one) > 0
    );
    IF (SELECT sum(pg_relation_size(one)) FROM unnest(written) AS one) > {MOST_BYTES} THEN
        {truncating[0]}
        RETURN;
    END IF;
    SET LOCAL session_replication_role = replica;
    FOREACH each IN ARRAY written LOOP
        EXECUTE format('DELETE FROM %s', each);
    END LOOP;
END $emptying$"""
    ]
