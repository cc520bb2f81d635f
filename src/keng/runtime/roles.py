"""The database roles: one per process, none of which owns a table or is superuser."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

from keng.kit.advisory_locks import OwnersLock, wait_for_owners_lock
from keng.kit.database import (
    PARTNER_ROLE,
    PROCESSES,
    Process,
    has_own_role,
    is_external,
    password_file,
    role,
    settings_of_role,
)
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres.cluster import Cluster, write_secret
from keng.runtime.whose_roles import mark_role, require_own_roles

DATABASE_NAME = "keng"
OWNER_ROLE = role("owner")
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")
# Nothing of ours is a large object: they belong to no table, so no list of rights would hold them.
LARGE_OBJECTS = (
    "lo_creat",
    "lo_create",
    "lo_from_bytea",
    "lo_import",
    "lo_export",
    "lo_open",
    "lo_put",
    "lo_get",
    "lowrite",
    "loread",
    "lo_truncate",
    "lo_truncate64",
    "lo_unlink",
)
# More than two of each ever have open (of the edge: by count eight with one lane, or one with the
# 32 lanes that KENG_EDGE_LANES may ask for), and together fewer than the server takes: who takes
# over one process leaves the others theirs.
CONNECTIONS: Mapping[Process, int] = {
    "public": 20,
    "desk": 20,
    "edge": 40,
    "worker": 84,
    "sender": 24,
    "opener": 4,
}
# Locks by one large number are the owner's alone (kit.advisory_locks).
OWNERS_LOCKS = "^pg_(try_)?advisory_"


def ensure_owner(cluster: Cluster, *, may_create_databases: bool = False) -> None:
    """The superuser's only work: an owner for the product, its database, and the extensions."""
    with cluster.connect() as connection:
        _ensure_role(connection, "owner", sql.SQL("CREATEROLE"))
        if may_create_databases:
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER_ROLE)))
    with cluster.connect("template1") as template:
        # In the template, so that every database of this cluster has them from birth.
        _ensure_extensions(template)
        _take_from_everybody(template)
    with cluster.connect() as connection:
        # Here the lock of migrating is taken.
        _take_from_everybody(connection)
        # So that `keng doctor` sees who holds what for how long.
        connection.execute(
            sql.SQL("GRANT pg_read_all_stats TO {}").format(sql.Identifier(OWNER_ROLE))
        )
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE_NAME):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE_NAME), sql.Identifier(OWNER_ROLE)
                )
            )
    with cluster.connect(DATABASE_NAME) as product:
        # One that was made before the template had it.
        _take_from_everybody(product)


def _take_from_everybody(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """What no table's list of rights holds; only the superuser may take it from all."""
    connection.execute(
        sql.SQL(
            "DO $$ DECLARE each record; BEGIN"
            " FOR each IN SELECT oid::regprocedure AS name FROM pg_proc"
            " WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname = ANY ({objects})"
            " OR proname ~ {locks} AND proargtypes::text = '20') LOOP"
            " EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each.name);"
            " END LOOP;"
            " FOR each IN SELECT oid::regprocedure AS name FROM pg_proc"
            " WHERE pronamespace = 'pg_catalog'::regnamespace"
            " AND proname ~ {locks} AND proargtypes::text = '20' LOOP"
            " EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {owner}', each.name);"
            " END LOOP; END $$"
        ).format(
            objects=sql.Literal(list(LARGE_OBJECTS)),
            locks=sql.Literal(OWNERS_LOCKS),
            owner=sql.Identifier(OWNER_ROLE),
        )
    )


def _ensure_extensions(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    for extension in EXTENSIONS:
        connection.execute(
            sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
        )


def ensure_roles(owner_dsn: str) -> None:
    """A role for every process that is not told another one, with its password file.

    Raises CannotContinue, and has changed nothing, where one is another installation's.
    """
    processes = [
        process for process in PROCESSES if process != "owner" and not has_own_role(process)
    ]
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        # Two at once would both try to create the roles.
        wait_for_owners_lock(connection, OwnersLock.MAKE_ROLES)
        if is_external():
            # The embedded server is this data folder's alone.
            require_own_roles(connection, processes)
        _ensure_extensions(connection)
        for process in processes:
            try:
                _ensure_role(connection, process, sql.SQL("NOCREATEROLE"))
                if is_external():
                    mark_role(connection, role(process))
            except psycopg.errors.InsufficientPrivilege as error:
                raise CannotContinue(
                    f"The owner in DATABASE_URL may not create the role {role(process)}. Give it "
                    "CREATEROLE, or create the six roles yourself and set "
                    "KENG_DATABASE_URL_PUBLIC, _DESK, _EDGE, _WORKER, _SENDER and _OPENER."
                ) from error
        _ensure_partner_role(connection)


_MAY_TAKE_PARTNER_ROLE = """
SELECT 1 FROM pg_auth_members m JOIN pg_roles taken ON taken.oid = m.roleid
JOIN pg_roles taker ON taker.oid = m.member
WHERE taken.rolname = 'keng_partner' AND taker.rolname = %s
"""

# Also by another role that it is in.
_HAS_RIGHTS_OF_PARTNER_ROLE = """
SELECT 1 FROM pg_roles taker WHERE taker.rolname = %s
AND pg_has_role(taker.oid, (SELECT oid FROM pg_roles WHERE rolname = 'keng_partner'), 'USAGE')
"""


def _ensure_partner_role(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """The role that reads the inboxes of partners, which the public site may take, and nobody else.

    It inherits nothing of it: without taking the role it has no right on these tables.
    """
    public, partner = role("public"), PARTNER_ROLE
    try:
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", partner):
            connection.execute(
                sql.SQL("CREATE ROLE {} NOLOGIN NOINHERIT").format(sql.Identifier(partner))
            )
        if not _exists(connection, _MAY_TAKE_PARTNER_ROLE, public):
            connection.execute(
                sql.SQL("GRANT {} TO {}{}").format(
                    sql.Identifier(partner),
                    sql.Identifier(public),
                    sql.SQL(without_inheriting(connection.info.server_version)),
                )
            )
    except psycopg.errors.InsufficientPrivilege as error:
        raise CannotContinue(
            f"The owner in DATABASE_URL may not create the role {partner}. Give it CREATEROLE, or "
            f"do yourself: CREATE ROLE {partner} NOLOGIN NOINHERIT; {_own_grant(connection)}"
        ) from error
    if _exists(connection, _HAS_RIGHTS_OF_PARTNER_ROLE, public):
        raise CannotContinue(
            f"The role {public} has the rights of {partner} without taking that role: the public "
            "site would read the inboxes of partners in every request. Do, as a superuser or as "
            f"who made the roles: {_own_grant(connection)}"
        )


# From this version on a grant says by itself whether it is inherited; before, the taker's role.
GRANTS_SAY_INHERIT = 160000


def without_inheriting(server_version: int) -> LiteralString:
    """The end of a GRANT of a role that is to be taken and gives no right before that."""
    return " WITH INHERIT FALSE, SET TRUE" if server_version >= GRANTS_SAY_INHERIT else ""


def _own_grant(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    """What an operator types so that the public site may take the role and inherits nothing."""
    public, partner = role("public"), PARTNER_ROLE
    if connection.info.server_version >= GRANTS_SAY_INHERIT:
        return f"GRANT {partner} TO {public} WITH INHERIT FALSE, SET TRUE;"
    return f"ALTER ROLE {public} NOINHERIT; GRANT {partner} TO {public};"


def apply_grants(
    connection: psycopg.Connection[tuple[Any, ...]],
    grants: Mapping[str, Mapping[str, str]],
    *,
    expands: bool = False,
) -> None:
    """Exactly these rights on tables for each role: what the list no longer names is taken back.

    With `expands` nothing is taken back, since a process of the version before may need it.
    """
    with connection.transaction():
        name = connection.info.dbname
        connection.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
        )
        columns = _columns(connection)
        for role_name, tables in grants.items():
            _grant(connection, role_name, tables, columns, expands=expands)


def _columns(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, list[str]]:
    """The names of the columns of each table and view of ours."""
    rows = connection.execute(
        "SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'p')"
        " AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.relname"
    ).fetchall()
    return dict(rows)


def _grant(
    connection: psycopg.Connection[tuple[Any, ...]],
    role_name: str,
    tables: Mapping[str, str],
    columns: Mapping[str, list[str]],
    *,
    expands: bool,
) -> None:
    to = sql.Identifier(role_name)
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, to))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(to))
    if not expands:
        connection.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(to))
    for table, rights in tables.items():
        connection.execute(
            sql.SQL("GRANT {} ON {} TO {}").format(
                _rights(rights, columns.get(table, [])), sql.Identifier(table), to
            )
        )


_GRANTED = """
SELECT r.rolname::text, c.relname::text, a.privilege_type, ''
FROM pg_class c CROSS JOIN aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND r.rolname = ANY (%(roles)s)
UNION ALL
SELECT r.rolname::text, c.relname::text, a.privilege_type, t.attname::text
FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid CROSS JOIN aclexplode(t.attacl) a
JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND r.rolname = ANY (%(roles)s)
AND NOT t.attisdropped AND c.relkind IN ('r', 'v', 'p')
"""


def grant_faults(
    connection: psycopg.Connection[tuple[Any, ...]],
    grants: Mapping[str, Mapping[str, str]],
    *,
    expands: bool = False,
) -> list[str]:
    """Which rights on tables the database has less or more of than these; empty if it has them.

    With `expands` no more than less: those of the version before are there as well.
    """
    columns = _columns(connection)
    wanted = {
        (role_name, table, what, column)
        for role_name, tables in grants.items()
        for table, rights in tables.items()
        for what, names in _parsed(rights, columns.get(table, []))
        for column in names or [""]
    }
    rows = connection.execute(_GRANTED, {"roles": list(grants)}).fetchall()
    found = {(str(row[0]), str(row[1]), str(row[2]), str(row[3])) for row in rows}
    lacks = {each for each in wanted - found if (*each[:3], "") not in found}
    more = set() if expands else found - wanted
    return [
        *(f"{role_name} lacks {what} on {table}" for role_name, table, what in _by_table(lacks)),
        *(f"{role_name} has {what} on {table}" for role_name, table, what in _by_table(more)),
    ]


def _by_table(rights: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, str, str]]:
    return sorted({right[:3] for right in rights})


_A_RIGHT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?: \(([a-z0-9_]+(?:, [a-z0-9_]+)*)\))?")


def _rights(rights: str, columns: list[str]) -> sql.Composable:
    """Rights as in GRANT: "SELECT, UPDATE (state, closed_at)"."""
    return sql.SQL(", ").join(_right(what, names) for what, names in _parsed(rights, columns))


def _parsed(rights: str, all_columns: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each right, and of which columns it is; none where it is the whole table's."""
    for right in re.split(r", (?![^(]*\))", rights):
        known = _A_RIGHT.fullmatch(right)
        if known is None:
            raise ValueError(f"{right!r} is no right on a table.")
        what, columns = known.groups()
        if what == "UPDATE" and columns is None:
            # Of each column, not of the table: who may update that may lock it, and all wait.
            yield what, all_columns
        else:
            yield what, columns.split(", ") if columns else []


def _right(what: str, columns: list[str]) -> sql.Composable:
    if not columns:
        return sql.SQL(cast("Any", what))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(cast("Any", what + " ({})")).format(names)


def _ensure_role(
    connection: psycopg.Connection[tuple[Any, ...]], process: Process, extra: sql.SQL
) -> None:
    """The role with the password of its file, whichever of the two was there before."""
    name, file = role(process), password_file(role(process))
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(24))
    # Hashed on our side: the password itself is never in a statement.
    encrypted = connection.pgconn.encrypt_password(
        file.read_text().strip().encode(), name.encode(), b"scram-sha-256"
    )
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOINHERIT {}").format(sql.Identifier(name), extra)
        )
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(name), sql.Literal(encrypted.decode())
        )
    )
    if process in CONNECTIONS:
        connection.execute(
            sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(
                sql.Identifier(name), sql.Literal(CONNECTIONS[process])
            )
        )
    for setting, value in settings_of_role(process).items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
            )
        )


def _exists(connection: psycopg.Connection[tuple[Any, ...]], query: str, name: str) -> bool:
    return connection.execute(query.encode(), [name]).fetchone() is not None
