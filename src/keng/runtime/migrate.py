"""keng migrate: roles, tables, rights. The owner's work; no other process may do it."""

import argparse
import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from keng.kit.busy import is_passing_error
from keng.kit.database import dsn, is_external
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.locale import compile_catalogues
from keng.runtime.postgres import embedded_cluster
from keng.runtime.roles import apply_grants, ensure_owner, ensure_roles

MIGRATION_LOCK = 7_301_450_022
_OTHER_ENDS_WITHIN = 600.0
_WAITS_FOR_A_TABLE = "3s"
_TRIES = 10
_PAUSE = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: it always brings everything up to date."""


def run(arguments: argparse.Namespace) -> int:
    with running_database(may_create=True):
        migrate()
    print("The database is up to date.")
    return 0


def migrate() -> None:
    """On a running database; safe to repeat, and safe while the other processes run.

    Raises CannotContinue when another `keng migrate` does not end, or when what a migration
    changes stays in use.
    """
    with only_migration():
        _migrate()


@contextmanager
def only_migration() -> Iterator[None]:
    """Hold the lock of migrating from the first role to the last right; wait while another does."""
    connection = (
        psycopg.connect(dsn("owner"), autocommit=True)
        if is_external()
        else embedded_cluster().connect()
    )
    with contextlib.closing(connection):
        connection.autocommit = True
        until = time.monotonic() + _OTHER_ENDS_WITHIN
        while not _takes_lock(connection):
            if time.monotonic() > until:
                raise CannotContinue(
                    "Another `keng migrate` has been at work for "
                    f"{_OTHER_ENDS_WITHIN / 60:.0f} minutes. Look what it does, then try again."
                )
            time.sleep(0.2)
        yield


def _takes_lock(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATION_LOCK]).fetchone()
    return bool(found and found[0])


def _migrate() -> None:
    if not is_external():
        ensure_owner(embedded_cluster())
    ensure_roles(dsn("owner"))
    compile_catalogues()
    start_django()
    _change_tables()
    from keng.site.grants import GRANTS  # noqa: PLC0415 -- loaded with the product

    with psycopg.connect(dsn("owner"), autocommit=True) as connection:
        apply_grants(connection, GRANTS)


def _change_tables() -> None:
    """Everybody queues behind a migration that waits for a table: it waits briefly, and again."""
    from django.core.management import call_command  # noqa: PLC0415 -- needs the settings
    from django.db import OperationalError, connection  # noqa: PLC0415

    for tries_left in reversed(range(_TRIES)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_WAITS_FOR_A_TABLE])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            if not is_passing_error(error):
                raise
            if not tries_left:
                raise CannotContinue(
                    "A table stayed in use, so it was not changed. Stop the processes that use "
                    "the database, or try again at a quieter time."
                ) from None
            time.sleep(_PAUSE)
        else:
            return
        finally:
            connection.close()
