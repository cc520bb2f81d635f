"""Whose a database role is: roles belong to the whole server, where another Kẻng may have its own.

In a comment on each role stands the database it works in, which no two installations of one server
share. By that a role stays ours when its password file is lost, or comes from no backup.
"""

from collections.abc import Mapping, Sequence
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
# The driver tells the name that was asked for: behind a pooler it may be another.
_OWN_DATABASE = "SELECT current_database()::text"
_COMMENT = "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s"
_CONNECTS_WITHIN = 5


def require_own_roles(
    connection: psycopg.Connection[tuple[Any, ...]], processes: Sequence[Process]
) -> None:
    """Raise CannotContinue where a role is there and is not this installation's. Changes nothing.

    Ours is one with our mark, or one that our password signs in as.
    """
    own = _own_database(connection)
    # Why our password does not open it; empty where there is none.
    others: dict[Process, str] = {}
    databases: set[str] = set()
    for process in processes:
        values = {"mark": _MARK, "role": role(process)}
        row = connection.execute(_MARKED_DATABASE, values).fetchone()
        if row is None or row[0] == own:
            continue
        has_password = password_file(role(process)).exists()
        fault = _sign_in_fault(process) if has_password else ""
        if has_password and not fault:
            continue
        others[process] = fault
        if row[0] is not None:
            databases.add(row[0])
    if others:
        raise CannotContinue(_words_about(others, databases, own))


def mark_role(connection: psycopg.Connection[tuple[Any, ...]], role_name: str) -> None:
    """Say in a comment that it is ours. What an operator wrote there, or another Kẻng, stays."""
    row = connection.execute(_COMMENT, [role_name]).fetchone()
    if row is None or row[0] is None or _is_void(connection, row[0]):
        connection.execute(_mark_statement(role_name, _own_database(connection)))


def _own_database(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    (name,) = connection.execute(_OWN_DATABASE).fetchone() or ("",)
    return str(name)


def _is_void(connection: psycopg.Connection[tuple[Any, ...]], comment: str) -> bool:
    """Whether it is a mark of a database that is gone."""
    database = comment.removeprefix(_MARK)
    if database == comment:
        return False
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    return connection.execute(query, [database]).fetchone() is None


def _sign_in_fault(process: Process, *, is_last_try: bool = False) -> str:
    """Why the password that is kept here does not open the role; empty where it does."""
    try:
        psycopg.connect(dsn(process), connect_timeout=_CONNECTS_WITHIN).close()
    except psycopg.OperationalError as error:
        if isinstance(error, psycopg.errors.ConnectionTimeout) and not is_last_try:
            return _sign_in_fault(process, is_last_try=True)
        return (str(error).strip() or type(error).__name__).splitlines()[0]
    return ""


def _mark_statement(role_name: str, database: str) -> sql.Composed:
    return sql.SQL("COMMENT ON ROLE {} IS {}").format(
        sql.Identifier(role_name), sql.Literal(_MARK + database)
    )


def _words_about(others: Mapping[Process, str], databases: set[str], own: str) -> str:
    names = [role(process) for process in others]
    faults = "; ".join(f"{role(process)}: {fault}" for process, fault in others.items() if fault)
    whose = f", of the database {', '.join(sorted(databases))}" if databases else ""
    folder = password_file(names[0]).parent
    statements = " ".join(f"{_mark_statement(name, own).as_string()};" for name in names)
    if not databases and all(others.values()):
        return (
            f"With the passwords in {folder} some roles could not be signed in as ({faults}). "
            "Nothing was changed. Mend what the server says and try again. If they are the roles "
            "of a Kẻng elsewhere, give each installation a server of its own "
            "(docs/operator/running.md). If only the passwords are not theirs any more: say so as "
            f"a superuser, {statements} and try again."
        )
    return (
        f"This PostgreSQL server has the roles of another Kẻng{whose}: {', '.join(names)}, which "
        f"no password in {folder} opens{f' ({faults})' if faults else ''}. Nothing was changed: "
        "with new passwords that one would stand still. Roles belong to the whole server, so give "
        "each installation a server of its own (docs/operator/running.md). If there is no other "
        "Kẻng on it, and only the passwords were lost: say so as a superuser, "
        f"{statements} and try again."
    )
