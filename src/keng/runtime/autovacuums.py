"""Lets a change of a table past an autovacuum of it, which ends only for who has waited a while."""

import contextlib

import psycopg
from psycopg import sql

from keng.kit.database import dsn

# Of its own, PostgreSQL sends an autovacuum away that somebody waits behind, but not before it
# looks for deadlocks (`deadlock_timeout`), and never one that saves a table from wraparound.
_LONGER_THAN_THAT_MS = 1000
# Held by an autovacuum as long as it works on a table. It conflicts with itself and with all that
# changes a table, and with nothing that reads or writes rows: nobody is behind who waits for it.
_MODE = "SHARE UPDATE EXCLUSIVE"
_TABLES_IN_THAT_MODE = """
SELECT n.nspname, c.relname FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE l.locktype = 'relation' AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND c.relkind IN ('r', 'm') AND pg_has_role(c.relowner, 'MEMBER')
"""


def end_autovacuums() -> bool:
    """Wait for each table that may be under one so long that PostgreSQL ends it; whether one ended.

    Whoever changes a table waits a tenth of a second for it, since all others wait behind them: too
    short for that. Nothing is held afterwards, and the autovacuum comes again after
    `autovacuum_naptime`, in a minute or in a second: the change is to be tried at once.
    """
    has_ended = False
    with psycopg.connect(dsn("owner"), autocommit=True) as connection:
        for schema, table in connection.execute(_TABLES_IN_THAT_MODE).fetchall():
            # Somebody else's index, or VACUUM by hand: it is not ours to end.
            with contextlib.suppress(psycopg.errors.LockNotAvailable):
                _wait_in_line(connection, sql.Identifier(schema, table))
                has_ended = True
    return has_ended


def _wait_in_line(connection: psycopg.Connection[tuple[str, str]], table: sql.Identifier) -> None:
    with connection.transaction():
        connection.execute(
            "SELECT set_config('lock_timeout', (extract(epoch FROM"
            " current_setting('deadlock_timeout')::interval) * 1000 + %s)::int::text, true)",
            [_LONGER_THAN_THAT_MS],
        )
        connection.execute(sql.SQL("LOCK TABLE {} IN " + _MODE + " MODE").format(table))
