"""Puts the policies of rows into the database (site/row_policies.py); says which are missing."""

import hashlib
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from keng.site.policy_functions import PolicyFunction
from keng.site.row_policies import secured_tables
from keng.site.row_policy import DESK, RowPolicy

_Connection = psycopg.Connection[tuple[Any, ...]]
# Whoever comes after us waits as long as we wait for a table.
WAITS_FOR_A_TABLE = "3s"
# A policy is told by the digest in its comment, since the database writes its words anew.
_FOUND = """
SELECT c.relname::text, p.polname::text, coalesce(obj_description(p.oid, 'pg_policy'), '')
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = 'public'::regnamespace
"""
_SECURED = """
SELECT relname::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
"""


def apply_row_policies(
    connection: _Connection, policies: Sequence[RowPolicy], functions: Sequence[PolicyFunction]
) -> None:
    """Exactly these policies on their tables; safe to repeat, and then no table is stopped.

    One table after the other, which meanwhile nobody reads. Raises LockNotAvailable for one that
    stays in use; the next try goes on from there.
    """
    with connection.transaction():
        for function in functions:
            connection.execute(function.definition.encode())
            connection.execute(f"REVOKE ALL ON FUNCTION {function.name} FROM PUBLIC".encode())
            if function.is_for_desk:
                connection.execute(f"GRANT EXECUTE ON FUNCTION {function.name} TO {DESK}".encode())
    for table in secured_tables(policies):
        if _faults_of(connection, table, policies):
            _secure(connection, table, [each for each in policies if each.table == table])


def row_policy_faults(connection: _Connection, policies: Sequence[RowPolicy]) -> list[str]:
    """What is otherwise in the database than here, table by table; empty when all is well."""
    return [
        fault
        for table in secured_tables(policies)
        for fault in _faults_of(connection, table, policies)
    ]


def _faults_of(connection: _Connection, table: str, policies: Sequence[RowPolicy]) -> list[str]:
    wanted = {each.name: _digest(each) for each in policies if each.table == table}
    found = {
        name: digest
        for of_table, name, digest in connection.execute(_FOUND).fetchall()
        if of_table == table
    }
    faults = [f"{table} lacks {name}" for name in wanted if name not in found]
    faults += [
        f"{table} has another {name}"
        for name, digest in wanted.items()
        if found.get(name, digest) != digest
    ]
    faults += [f"{table} has {name} beside them" for name in found if name not in wanted]
    if (table,) not in connection.execute(_SECURED).fetchall():
        faults.append(f"{table} does not look at its policies")
    return faults


def _secure(connection: _Connection, table: str, policies: Sequence[RowPolicy]) -> None:
    name = sql.Identifier(table)
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{WAITS_FOR_A_TABLE}'".encode())
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(name))
        for of_table, old, _ in connection.execute(_FOUND).fetchall():
            if of_table == table:
                connection.execute(
                    sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(old), name)
                )
        for policy in policies:
            connection.execute(_definition(policy).encode())
            connection.execute(
                sql.SQL("COMMENT ON POLICY {} ON {} IS {}").format(
                    sql.Identifier(policy.name), name, sql.Literal(_digest(policy))
                )
            )
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name))


def _definition(policy: RowPolicy) -> str:
    using = f" USING ({policy.using})" if policy.using else ""
    check = f" WITH CHECK ({policy.check})" if policy.check else ""
    return (
        f"CREATE POLICY {policy.name} ON {policy.table} FOR {policy.command}"
        f" TO {', '.join(policy.roles)}{using}{check}"
    )


def _digest(policy: RowPolicy) -> str:
    return hashlib.sha256(_definition(policy).encode()).hexdigest()[:16]
