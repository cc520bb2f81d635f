"""How far an upgrade has come: which version expanded the database, and which one contracted it.

`keng migrate` expands: what the release before needs stays. `keng migrate --contract` takes it, and
from then on nothing older runs. Both are written down at the table of migrations, in its comment:
that goes with the transaction, and needs no table that might not be there yet.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

import keng
from keng.kit.database import PROCESSES, role, version_of_session

_Connection = psycopg.Connection[tuple[Any, ...]]
_COMMENT = "SELECT obj_description(to_regclass('public.django_migrations'), 'pg_class')"
_UNSECURED = """
SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%s)
AND NOT relrowsecurity LIMIT 1
"""
# Whose are those that a process or a command of this installation holds.
_SESSIONS = """
SELECT DISTINCT usename::text, coalesce(application_name, '') FROM pg_stat_activity
WHERE datname = current_database() AND usename = ANY (%s) AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Release:
    """The release before this version: its processes go on while this version expands."""

    version: str
    commit: str
    migrations: dict[str, str]
    """By area, the last one that it knows."""
    policy_functions: dict[str, str]
    """By name, the digest of what the database had of it."""
    secured_tables: list[str]
    """Whose rows had policies: where one has none, its first migration was cut short."""


@cache
def release_before() -> Release:
    """As it was recorded when it was cut (docs/how-to-add.md, "A release")."""
    return Release(**json.loads(Path(__file__).with_name("release_before.json").read_text()))


@dataclass(frozen=True)
class UpgradeState:
    """What the database says of itself."""

    contracted: str
    """The version that contracted it last: nothing older can work with it."""
    expanded: str
    """The version that expanded it last: the same, or one whose contract step waits."""
    unsecured: tuple[str, ...] = ()
    """Tables whose rows were everybody's when expansion began, and are so until the contract."""
    policies: tuple[str, ...] = ()
    """Marks of those that may stand beside each other until the contract (row_security.py)."""
    is_contracting: bool = False
    """Begun and not ended: something is missing or too much, and the next start goes on."""

    @property
    def waits_for_contract(self) -> bool:
        return self.contracted != self.expanded

    @property
    def is_settled_here(self) -> bool:
        """Whether this version contracted it, from the first step to the last."""
        return self.contracted == self.expanded == keng.VERSION and not self.is_contracting

    def lets_work(self, version: str) -> bool:
        """Whether processes of this older version may work on what was expanded since."""
        return as_numbers(self.contracted) <= as_numbers(version) < as_numbers(self.expanded)


def as_numbers(version: str) -> tuple[int, ...]:
    """To compare versions by: 0.10.0 comes after 0.9.0."""
    return tuple(int(part) for part in version.split("."))


def upgrade_state(connection: _Connection) -> UpgradeState | None:
    """None where nobody migrated yet, or where a version did that is older than the release.

    The release itself wrote nothing down: it is known by its migrations, and by its policies, which
    it puts there last.
    """
    row = connection.execute(_COMMENT).fetchone()
    if row is not None and row[0]:
        noted = json.loads(row[0])
        return UpgradeState(
            noted["contracted"],
            noted["expanded"],
            tuple(noted["unsecured"]),
            tuple(noted.get("policies", ())),
            noted.get("is_contracting", False),
        )
    if connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
        return None
    rows = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    release = release_before()
    if not set(release.migrations.items()) <= {(app, name) for app, name in rows}:
        return None
    if connection.execute(_UNSECURED, [release.secured_tables]).fetchone() is not None:
        return None
    return UpgradeState(release.version, release.version)


def write_upgrade_state(connection: _Connection, state: UpgradeState) -> None:
    connection.execute(
        sql.SQL("COMMENT ON TABLE public.django_migrations IS {}").format(
            sql.Literal(json.dumps(asdict(state)))
        )
    )


def may_expand(state: UpgradeState) -> bool:
    """Whether this version goes beside the one that the database was contracted for.

    It was made to go beside one release. From further back everything is stopped first, and so it
    is where the contract step of another version was cut short.
    """
    is_known = state.contracted in {release_before().version, keng.VERSION}
    return is_known and not state.is_contracting


def older_processes(connection: _Connection) -> list[str]:
    """Which roles hold a session of a version before this one: "keng_edge 0.2.0"."""
    processes = [role(process) for process in PROCESSES if process != "owner"]
    found = set()
    for name, application in connection.execute(_SESSIONS, [processes]).fetchall():
        version = version_of_session(application)
        if version is None:
            found.add(f"{name} of {release_before().version} or before")
        elif as_numbers(version) < as_numbers(keng.VERSION):
            found.add(f"{name} of {version}")
    return sorted(found)
