"""Whose a database role is: roles belong to the whole server, where another Kẻng may have its own.

In a comment on each role stands the database it works in, which no two installations of one server
share. By that a role stays ours when its password file is lost, or comes from no backup.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from keng.kit.database import Process, dsn, password_file, role
from keng.runtime.errors import CannotContinue

_MARK = "Kẻng, database "
# One row where the role is there. A mark of a database that is gone is nobody's.
_MARKED_DATABASE = """
SELECT (SELECT d.datname::text FROM pg_database d
        WHERE shobj_description(r.oid, 'pg_authid') = %(mark)s || d.datname)
FROM pg_roles r WHERE r.rolname = %(role)s
"""
_COMMENT = "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s"
_CONNECTS_WITHIN = 5


def require_own_roles(
    connection: psycopg.Connection[tuple[Any, ...]], processes: Sequence[Process]
) -> None:
    """Raise CannotContinue where a role is there and is not this installation's. Changes nothing.

    Ours is one with our mark, or one that our password signs in as.
    """
    others: list[Process] = []
    databases: set[str] = set()
    for process in processes:
        values = {"mark": _MARK, "role": role(process)}
        row = connection.execute(_MARKED_DATABASE, values).fetchone()
        if row is None or row[0] == connection.info.dbname or _signs_in(process):
            continue
        others.append(process)
        databases |= {row[0]} - {None}
    if others:
        raise CannotContinue(_words_about(others, databases, connection.info.dbname))


def mark_role(connection: psycopg.Connection[tuple[Any, ...]], role_name: str) -> None:
    """Say in a comment that it is ours. What an operator wrote there, or another Kẻng, stays."""
    row = connection.execute(_COMMENT, [role_name]).fetchone()
    if row is None or row[0] is None or _is_void(connection, row[0]):
        connection.execute(_mark_statement(role_name, connection.info.dbname))


def _is_void(connection: psycopg.Connection[tuple[Any, ...]], comment: str) -> bool:
    """Whether it is a mark of a database that is gone."""
    database = comment.removeprefix(_MARK)
    if database == comment:
        return False
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    return connection.execute(query, [database]).fetchone() is None


def _signs_in(process: Process) -> bool:
    """Whether the password that is kept here opens the role."""
    if not password_file(role(process)).exists():
        return False
    try:
        psycopg.connect(dsn(process), connect_timeout=_CONNECTS_WITHIN).close()
    except psycopg.OperationalError:
        return False
    return True


def _mark_statement(role_name: str, database: str) -> sql.Composed:
    return sql.SQL("COMMENT ON ROLE {} IS {}").format(
        sql.Identifier(role_name), sql.Literal(_MARK + database)
    )


def _words_about(others: Sequence[Process], databases: set[str], own: str) -> str:
    names = [role(process) for process in others]
    whose = f", of the database {', '.join(sorted(databases))}" if databases else ""
    folder = password_file(names[0]).parent
    statements = " ".join(f"{_mark_statement(name, own).as_string()};" for name in names)
    return (
        f"This PostgreSQL server has the roles of another Kẻng{whose}: {', '.join(names)}, which "
        f"no password in {folder} opens. Nothing was changed: with new passwords that one would "
        "stand still. Roles belong to the whole server, so give each installation a server of its "
        "own (docs/operator/running.md). If there is no other Kẻng on it, and only the passwords "
        f"were lost: say so as a superuser, {statements} and try again."
    )
