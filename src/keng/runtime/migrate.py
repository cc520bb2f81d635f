"""keng migrate: roles, tables, rights. The owner's work; no other process may do it."""

import argparse
import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg

from keng.kit.advisory_locks import OwnersLock, take_owners_lock
from keng.kit.busy import is_busy_error
from keng.kit.database import dsn, is_external
from keng.kit.demo_hook import running_demo
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.known_keys import follow_data, require_data_of
from keng.runtime.locale import compile_catalogues
from keng.runtime.postgres import embedded_cluster
from keng.runtime.roles import apply_grants, ensure_owner, ensure_roles
from keng.runtime.row_security import WAITS_FOR_A_TABLE, apply_row_policies
from keng.runtime.static_files import collect_static_files
from keng.site.policy_functions import policy_functions
from keng.site.row_policies import POLICIES

_OTHER_ENDS_WITHIN = 600.0
_TRIES = 10
_PAUSE = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: it always brings everything up to date."""


def run(arguments: argparse.Namespace) -> int:
    with running_database(may_create=True):
        migrate(follows_data=True)
    print("The database is up to date.")
    return 0


def migrate(*, follows_data: bool = False) -> None:
    """On a running database; safe to repeat, and safe while the other processes run.

    With `follows_data` the demo's data make this process one of a demo. Raises CannotContinue when
    the data are not of KENG_DEMO's kind, when another `keng migrate` does not end, or when what a
    migration changes stays in use.
    """
    with only_migration():
        _migrate(follows_data=follows_data)


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
        while not take_owners_lock(connection, OwnersLock.MIGRATE):
            if time.monotonic() > until:
                raise CannotContinue(
                    "Another `keng migrate` has been at work for "
                    f"{_OTHER_ENDS_WITHIN / 60:.0f} minutes. Look what it does, then try again."
                )
            time.sleep(0.2)
        yield


def _migrate(*, follows_data: bool) -> None:
    if not is_external():
        ensure_owner(embedded_cluster())
    ensure_roles(dsn("owner"))
    _choose_tables(follows_data=follows_data)
    compile_catalogues()
    if demo := running_demo():
        compile_catalogues(demo.FOLDER / "locale")
    start_django()
    collect_static_files()
    _change_tables()
    with psycopg.connect(dsn("owner"), autocommit=True) as connection:
        apply_grants(connection, all_grants())
        _patiently(lambda: apply_row_policies(connection, POLICIES, policy_functions()))


def _choose_tables(*, follows_data: bool) -> None:
    """Before the settings are read: the demo's table and the rights on it are for its data alone.

    A `keng migrate` that did not know them would take these rights from the demo's processes.
    """
    if follows_data:
        follow_data()
    require_data_of(is_demo=os.environ.get("KENG_DEMO") == "1")


def all_grants() -> Mapping[str, Mapping[str, str]]:
    """What each process may do, on the demo's table too in a demo. Needs the settings."""
    from keng.site.grants import GRANTS  # noqa: PLC0415 -- loaded with the product

    demo = running_demo()
    of_the_demo = {} if demo is None else demo.GRANTS
    return {role: {**tables, **of_the_demo.get(role, {})} for role, tables in GRANTS.items()}


def _change_tables() -> None:
    from django.core.management import call_command  # noqa: PLC0415 -- needs the settings
    from django.db import connection  # noqa: PLC0415

    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [WAITS_FOR_A_TABLE])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            connection.close()

    _patiently(change)


def _patiently(change: Callable[[], None]) -> None:
    """Everybody queues behind what waits for a table: it waits briefly, and again."""
    from django.db import OperationalError  # noqa: PLC0415 -- needs the settings

    for tries_left in reversed(range(_TRIES)):
        try:
            change()
        except (OperationalError, psycopg.OperationalError) as error:
            if not is_busy_error(error):
                raise
            if not tries_left:
                raise CannotContinue(
                    "A table stayed in use, so it was not changed. Stop the processes that use "
                    "the database, or try again at a quieter time."
                ) from None
            time.sleep(_PAUSE)
        else:
            return
