"""Whether the database belongs to this version of the code, told by the names of migrations."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

import keng
from keng.kit.demo_hook import installed_demo
from keng.runtime.errors import CannotContinue
from keng.runtime.upgrade_state import upgrade_state

Connection = psycopg.Connection[tuple[Any, ...]]
Migration = tuple[str, str]
"""Area, and the name of the file."""
_CONTRACT = re.compile(r"^CONTRACT = True\b", re.MULTILINE)


def migrations_here(*, is_demo: bool) -> set[Migration]:
    """By the names of their files: nothing of the product is loaded for it."""
    return {(file.parent.parent.name, file.stem) for file in _migration_files(is_demo=is_demo)}


def _migration_files(*, is_demo: bool) -> Iterator[Path]:
    packages = [Path(keng.__file__).parent]
    if is_demo and (demo := installed_demo()):
        packages.append(demo.FOLDER.parent)
    for package in packages:
        yield from package.glob("*/migrations/[0-9]*.py")


def applied_migrations(connection: Connection) -> set[Migration] | None:
    """Those of every area, ours or not; None where the database was never migrated."""
    known = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if known == (None,):
        return None
    rows = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    return {(app, name) for app, name in rows}


def contract_migrations_here(*, is_demo: bool) -> set[Migration]:
    """Those that only take away what the release before needs (`keng migrate --contract`)."""
    return {
        (file.parent.parent.name, file.stem)
        for file in _migration_files(is_demo=is_demo)
        if marks_contract(file)
    }


def marks_contract(migration: Path) -> bool:
    """Whether this file says that it only takes away what the release before needs."""
    return _CONTRACT.search(migration.read_text()) is not None


def migrations_unknown_here(connection: Connection, *, is_demo: bool) -> set[Migration]:
    """What a newer version has done to the database, as far as it concerns areas that are here."""
    here = migrations_here(is_demo=is_demo)
    areas = {area for area, _ in here}
    applied = applied_migrations(connection) or set()
    return {(area, name) for area, name in applied if area in areas} - here


def newer_words(newer: set[Migration]) -> str:
    """What is the matter with a database that knows these, and what to do."""
    named = ", ".join(sorted(f"{area} {name}" for area, name in newer)[:3])
    return (
        f"the database is newer than this code (Kẻng {keng.VERSION}), which lacks {len(newer)} "
        f"({named}): start the newer version, or restore the backup made before it"
    )


def is_expanded_by_next(connection: Connection) -> bool:
    """Whether a newer version prepared this database, and still lets this one work on it.

    What a version before that did not expect comes with the contract step alone.
    """
    state = upgrade_state(connection)
    return state is not None and state.lets_work(keng.VERSION)


def require_not_newer(connection: Connection, *, is_demo: bool) -> None:
    """Raises CannotContinue: older code would write what the newer tables do not expect.

    Not where a newer version only expanded it, and this one is the one it was contracted for last.
    """
    if is_expanded_by_next(connection):
        return
    if newer := migrations_unknown_here(connection, is_demo=is_demo):
        words = newer_words(newer)
        raise CannotContinue(f"{words[0].upper()}{words[1:]}. Nothing was started.")
