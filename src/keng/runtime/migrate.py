"""keng migrate: roles, tables, rights. The owner's work; no other process may do it.

A new version expands, so that the processes of the release before go on: what only takes away
(migrations marked CONTRACT, rights, policies, functions) waits for `keng migrate --contract`.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

import keng
from keng.kit.advisory_locks import OwnersLock, take_owners_lock
from keng.kit.busy import is_busy_error
from keng.kit.database import dsn, is_external
from keng.kit.demo_hook import DemoHook, running_demo
from keng.runtime.autovacuums import end_autovacuums
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.known_keys import follow_data, require_data_of
from keng.runtime.locale import compile_catalogues
from keng.runtime.postgres import embedded_cluster
from keng.runtime.roles import apply_grants, ensure_owner, ensure_roles
from keng.runtime.row_security import (
    WAITS_FOR_A_TABLE,
    apply_row_policies,
    marks_of_policies,
    marks_of_policies_there,
    tables_without_policies,
)
from keng.runtime.static_files import collect_static_files
from keng.runtime.upgrade_state import (
    UpgradeState,
    may_expand,
    older_processes,
    upgrade_state,
    write_upgrade_state,
)
from keng.runtime.version_of_data import marks_contract
from keng.site.policy_functions import policy_functions
from keng.site.row_policies import POLICIES

_OTHER_ENDS_WITHIN = 600.0
# A report of the province reads its tables for seconds, and somebody may always be reading one.
_TRIES = 300
_PAUSE = 1.0
# An index of a table with all of a province's years is made in minutes.
_STATEMENT_ENDS_WITHIN = "2h"
_CONTRACTED = UpgradeState(keng.VERSION, keng.VERSION)
_CONTRACTING = replace(_CONTRACTED, is_contracting=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--contract",
        action="store_true",
        help="take away what only the version before needed; refused while one of it runs",
    )


def run(arguments: argparse.Namespace) -> int:
    with running_database(may_create=True):
        migrate(follows_data=True, contracts=arguments.contract)
        with psycopg.connect(dsn("owner"), autocommit=True) as connection:
            state = upgrade_state(connection)
    if state is not None and state.waits_for_contract:
        print(
            f"The database is prepared for {state.expanded}, and {state.contracted} works on it "
            "too. When every process is the new one: `keng migrate --contract`."
        )
    else:
        print("The database is up to date.")
    return 0


def migrate(*, follows_data: bool = False, contracts: bool = False) -> None:
    """On a running database; safe to repeat, and safe while the other processes run.

    Those of the release before, too, unless it `contracts`. Where a newer version has expanded the
    database beside this one, nothing is to be done: it has all that this one needs.

    With `follows_data` the demo's data make this process one of a demo. Raises CannotContinue when
    the data are not of KENG_DEMO's kind, when another `keng migrate` does not end, or when what a
    migration changes stays in use.
    """
    with only_migration():
        _migrate(follows_data=follows_data, contracts=contracts)


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


def _migrate(*, follows_data: bool, contracts: bool) -> None:
    if not is_external():
        ensure_owner(embedded_cluster())
    ensure_roles(dsn("owner"))
    _choose_tables(follows_data=follows_data)
    compile_catalogues()
    if demo := running_demo():
        compile_catalogues(demo.FOLDER / "locale")
    start_django()
    collect_static_files()
    with psycopg.connect(dsn("owner"), autocommit=True) as connection:
        state = upgrade_state(connection)
        if state is not None and state.lets_work(keng.VERSION):
            _expand_beside_newer(connection, state, contracts=contracts)
            return
        expands = state is not None and not state.is_settled_here and not contracts
        if state is not None and expands and may_expand(state):
            _expand(connection, state)
        else:
            _contract(connection, state)


def _expand_beside_newer(
    connection: psycopg.Connection[Any], state: UpgradeState, *, contracts: bool
) -> None:
    """A newer version has expanded: what it is beside has all; one in between needs its own."""
    if contracts:
        raise CannotContinue(
            "A newer version prepared this database: its own `keng migrate --contract` "
            "ends the upgrade. Nothing was changed."
        )
    if state.contracted == keng.VERSION:
        return
    if not may_expand(state):
        raise CannotContinue(
            f"{state.expanded} prepared this database to work beside {state.contracted}, and "
            f"{keng.VERSION} knows neither. Start one of these two. Nothing was changed."
        )
    _expand(connection, state)


def _expand(connection: psycopg.Connection[Any], state: UpgradeState) -> None:
    """All that this version needs, and nothing away that the release before does."""
    marks = marks_of_policies(POLICIES)
    if not state.waits_for_contract:
        unsecured = tuple(tables_without_policies(connection, POLICIES))
        state = UpgradeState(state.contracted, keng.VERSION, unsecured)
    if not marks <= set(state.policies):
        # Ours, those of before, and of whatever version expanded it before us: no others.
        known = marks | marks_of_policies_there(connection) | set(state.policies)
        state = replace(state, policies=tuple(sorted(known)))
        # First: if the rest is cut short, the release before may still start.
        write_upgrade_state(connection, state)
    _change_tables(expands=True)
    apply_grants(connection, all_grants(), expands=True)
    _patiently(
        lambda: apply_row_policies(
            connection, POLICIES, policy_functions(), expands=True, unsecured=state.unsecured
        )
    )


def _contract(connection: psycopg.Connection[Any], state: UpgradeState | None) -> None:
    """Exactly what this version needs. Raises CannotContinue while an older process runs."""
    is_settled = state is not None and state.is_settled_here
    if not is_settled and (older := older_processes(connection)):
        raise CannotContinue(
            f"Still at work: {', '.join(older)}. This step takes away what they need: end them or "
            "start the new version in their place, then try again. Nothing was changed."
        )
    if not is_settled:
        _ensure_table_of_migrations()
        # Before anything is gone: from here on nothing older starts. And before the first table is
        # there: what is cut short goes on here, and is not taken for a release that has all.
        write_upgrade_state(connection, _CONTRACTING)
    _change_tables(expands=False)
    apply_grants(connection, all_grants())
    _patiently(lambda: apply_row_policies(connection, POLICIES, policy_functions()))
    write_upgrade_state(connection, _CONTRACTED)


def _choose_tables(*, follows_data: bool) -> None:
    """Before the settings are read: the demo's table and the rights on it are for its data alone.

    A `keng migrate` that did not know them would take these rights from the demo's processes.
    """
    if follows_data:
        follow_data()
    require_data_of(is_demo=os.environ.get("KENG_DEMO") == "1")


def all_grants() -> Mapping[str, Mapping[str, str]]:
    """What each process may do, on the demo's table too in a demo. Needs the settings."""
    return with_grants_of(running_demo())


def with_grants_of(demo: DemoHook | None) -> Mapping[str, Mapping[str, str]]:
    """The same for a demo that this process need not be of."""
    from keng.site.grants import GRANTS  # noqa: PLC0415 -- loaded with the product

    of_the_demo = {} if demo is None else demo.GRANTS
    return {role: {**tables, **of_the_demo.get(role, {})} for role, tables in GRANTS.items()}


def _ensure_table_of_migrations() -> None:
    from django.db import connection  # noqa: PLC0415 -- needs the settings
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415

    with contextlib.closing(connection.copy()) as apart:
        MigrationRecorder(apart).ensure_schema()


def _change_tables(*, expands: bool) -> None:
    from django.core.management import call_command  # noqa: PLC0415 -- needs the settings
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, false),"
                " set_config('statement_timeout', %s, false)",
                [WAITS_FOR_A_TABLE, _STATEMENT_ENDS_WITHIN],
            )
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            _drop_unfinished_indexes(connection, [migration for migration, _ in plan])
            wider = [(each, backwards) for each, backwards in plan if not is_contract(each)]
            if expands and wider != plan:
                executor.migrate(None, wider)
            else:
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            connection.close()

    _patiently(change)


def is_contract(migration: object) -> bool:
    """Whether it takes away what the release before needs: its module says CONTRACT = True."""
    file = sys.modules[type(migration).__module__].__file__
    return file is not None and marks_contract(Path(file))


def _drop_unfinished_indexes(connection: Any, migrations: Sequence[Any]) -> None:
    """An index that was being made while others wrote, and was cut short, is there and is no use.

    Made anew by the migration that was not finished.
    """
    from keng.kit.postgresql.schema import (  # noqa: PLC0415 -- needs the settings
        waits_for_transactions,
    )

    names = [
        operation.index.name
        for migration in migrations
        for operation in _operations_of(migration)
        if type(operation).__name__ == "AddIndexConcurrently"
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE NOT i.indisvalid AND c.relname = ANY (%s)",
            [names],
        )
        unfinished = cursor.fetchall()
    for (name,) in unfinished:
        drop = sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name))
        with waits_for_transactions(connection), connection.cursor() as cursor:
            cursor.execute(drop)


def _operations_of(migration: Any) -> Iterator[Any]:
    """Those that change the database, also where the state is changed by others."""
    for operation in migration.operations:
        yield from getattr(operation, "database_operations", None) or [operation]


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
            if not end_autovacuums():
                time.sleep(_PAUSE)
        else:
            return
