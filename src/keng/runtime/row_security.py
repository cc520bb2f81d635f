"""Puts the policies of rows into the database (site/row_policies.py); says which are missing."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from keng.site.policy_function import PolicyFunction
from keng.site.row_policies import secured_tables
from keng.site.row_policy import DESK, RowPolicy

_Connection = psycopg.Connection[tuple[Any, ...]]
# Whoever asks for a table is behind us as long as we wait for it. The edge waits the shortest time
# (keng.kit.database, TIME_LIMITS): it still has its answer, and we come again.
WAITS_FOR_A_TABLE = "100ms"
# Of ours, and asked by nothing any more.
FORMER_FUNCTIONS = ("keng_end_own_sight(text)",)
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
    connection: _Connection,
    policies: Sequence[RowPolicy],
    functions: Sequence[PolicyFunction],
    *,
    expands: bool = False,
    unsecured: Collection[str] = (),
) -> None:
    """Exactly these policies on their tables; safe to repeat, and then no table is stopped.

    With `expands` those of the version before stay beside them: one that allows is enough. The
    `unsecured` tables, whose rows it writes by no policy, stay so.

    One table after the other, which meanwhile nobody reads. Raises LockNotAvailable for one that
    stays in use; the next try goes on from there.
    """
    with connection.transaction():
        for former in () if expands else FORMER_FUNCTIONS:
            connection.execute(f"DROP FUNCTION IF EXISTS {former}".encode())
        for function in functions:
            connection.execute(function.definition.encode())
            connection.execute(f"REVOKE ALL ON FUNCTION {function.name} FROM PUBLIC".encode())
            if function.is_for_desk:
                connection.execute(f"GRANT EXECUTE ON FUNCTION {function.name} TO {DESK}".encode())
    found = _catalogue(connection)
    for table in secured_tables(policies):
        if expands and table in unsecured:
            continue
        wanted = [each for each in policies if each.table == table]
        if _faults_of(table, wanted, found, expands=expands):
            _secure(connection, table, wanted, found, expands=expands)


def row_policy_faults(
    connection: _Connection,
    policies: Sequence[RowPolicy],
    *,
    expands: bool = False,
    unsecured: Collection[str] = (),
    marks: Collection[str] = (),
) -> list[str]:
    """What is otherwise in the database than here, table by table; empty when all is well.

    With `expands`, while those of the version before, of these `marks`, stand beside them.
    """
    found = _catalogue(connection)
    faults = []
    for table in secured_tables(policies):
        wanted = [each for each in policies if each.table == table]
        if not (expands and table in unsecured):
            faults += _faults_of(table, wanted, found, expands=expands)
        if expands:
            faults += _unknown_policies(table, wanted, found, marks)
    return faults


def marks_of_policies(policies: Sequence[RowPolicy]) -> set[str]:
    """By which those of a version are known again while another one's stand beside them."""
    return {_mark(each.table, each.name, _digest(each)) for each in policies}


def marks_of_policies_there(connection: _Connection) -> set[str]:
    """The same of all that the database has."""
    return {
        _mark(table, name, digest)
        for table, found in _catalogue(connection).digests.items()
        for name, digest in found.items()
    }


def tables_without_policies(connection: _Connection, policies: Sequence[RowPolicy]) -> list[str]:
    """Which of the tables that these secure are there, and do not look at policies yet."""
    names = secured_tables(policies)
    rows = connection.execute(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relname = ANY (%s) AND NOT relrowsecurity ORDER BY relname",
        [list(names)],
    ).fetchall()
    return [name for (name,) in rows]


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """What the database has, read once for all tables."""

    digests: dict[str, dict[str, str]]
    """By table, of each policy by its name."""
    secured: frozenset[str]


def _catalogue(connection: _Connection) -> _Catalogue:
    digests: dict[str, dict[str, str]] = {}
    for table, name, digest in connection.execute(_FOUND).fetchall():
        digests.setdefault(table, {})[name] = digest
    secured = frozenset(table for (table,) in connection.execute(_SECURED).fetchall())
    return _Catalogue(digests, secured)


def _faults_of(
    table: str, policies: Sequence[RowPolicy], catalogue: _Catalogue, *, expands: bool
) -> list[str]:
    wanted = {each.name: _digest(each) for each in policies}
    found = catalogue.digests.get(table, {})
    if expands:
        # Under its other name where a later version has put its own beside it.
        wanted = {
            name: digest
            for name, digest in wanted.items()
            if found.get(_name_beside(name, digest)) != digest
        }
    faults = [f"{table} lacks {name}" for name in wanted if name not in found]
    faults += [
        f"{table} has another {name}"
        for name, digest in wanted.items()
        if found.get(name, digest) != digest
    ]
    if not expands:
        faults += [f"{table} has {name} beside them" for name in found if name not in wanted]
    if table not in catalogue.secured:
        faults.append(f"{table} does not look at its policies")
    return faults


def _unknown_policies(
    table: str, policies: Sequence[RowPolicy], catalogue: _Catalogue, marks: Collection[str]
) -> list[str]:
    """What neither version put there lets rows through as much as theirs do."""
    known = {*marks, *marks_of_policies(policies)}
    return [
        f"{table} has {name}, which is of no version"
        for name, digest in catalogue.digests.get(table, {}).items()
        if _mark(table, name, digest) not in known
    ]


def _mark(table: str, name: str, digest: str) -> str:
    own_name = name.removesuffix(_name_beside("", digest))
    return hashlib.sha256(f"{table} {own_name} {digest}".encode()).hexdigest()[:12]


def _name_beside(name: str, digest: str) -> str:
    return f"{name}_before_{digest or 'unknown'}"


def _secure(
    connection: _Connection,
    table: str,
    policies: Sequence[RowPolicy],
    catalogue: _Catalogue,
    *,
    expands: bool,
) -> None:
    name = sql.Identifier(table)
    there = catalogue.digests.get(table, {})
    if expands:
        new = [each for each in policies if there.get(each.name) != _digest(each)]
        away = _put_beside(name, there, {each.name for each in new})
    else:
        new = list(policies)
        # Gone where somebody else migrates at this moment.
        away = [
            sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(old), name)
            for old in there
        ]
    statements = [
        sql.SQL("SET LOCAL lock_timeout = {}").format(WAITS_FOR_A_TABLE).as_bytes(connection),
        sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(name).as_bytes(connection),
        *(each.as_bytes(connection) for each in away),
    ]
    for policy in new:
        comment = sql.SQL("COMMENT ON POLICY {} ON {} IS {}").format(
            sql.Identifier(policy.name), name, _digest(policy)
        )
        statements += [_definition(policy).encode(), comment.as_bytes(connection)]
    enable = sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name)
    with connection.transaction():
        # In one message: from the lock on nobody reads the table, and each further one would be
        # waited for.
        connection.execute(b"; ".join([*statements, enable.as_bytes(connection)]))


def _put_beside(
    table: sql.Identifier, there: dict[str, str], taken: set[str]
) -> list[sql.Composed]:
    """Another name for each policy of the version before whose name is needed: it goes on."""
    statements = []
    for name, digest in there.items():
        if name not in taken:
            continue
        former = _name_beside(name, digest)
        if former in there:
            # From a version in between, and the same again.
            statements.append(sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(name), table))
        else:
            statements.append(
                sql.SQL("ALTER POLICY {} ON {} RENAME TO {}").format(
                    sql.Identifier(name), table, sql.Identifier(former)
                )
            )
    return statements


def _definition(policy: RowPolicy) -> str:
    using = f" USING ({policy.using})" if policy.using else ""
    check = f" WITH CHECK ({policy.check})" if policy.check else ""
    return (
        f"CREATE POLICY {policy.name} ON {policy.table} FOR {policy.command}"
        f" TO {', '.join(policy.roles)}{using}{check}"
    )


def _digest(policy: RowPolicy) -> str:
    return hashlib.sha256(_definition(policy).encode()).hexdigest()[:16]
