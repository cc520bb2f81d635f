"""keng doctor: short real checks of this installation, one line each."""

import argparse
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from keng.cli import accounts_of_the_system
from keng.cli.environment import database, start_django
from keng.cli.errors import CannotContinue
from keng.cli.first_steps import first_steps
from keng.cli.known_keys import is_demo_data, owner_connection, require_known_keys
from keng.cli.ownership import ACCOUNT_FOLDERS
from keng.cli.supervisor.ports import Ports, add_ports, chosen_ports, require_free
from keng.cli.supervisor.register import is_supervised
from keng.kit import configuration
from keng.kit.database import PROCESSES, DatabaseNotPrepared, data_folder, dsn
from keng.kit.refusals import KeyMissing

OLDEST_SERVER = 150000


class Wrong(Exception):
    """A check that failed, with what to do about it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when everything works; what is left to set up is a hint, and no fault."""
    with database():
        results = [_answer(name, check) for name, check in checks(chosen_ports(arguments)).items()]
        if all(results):
            for hint in first_steps():
                print(f"hint   {hint}")
    return 0 if all(results) else 1


def checks(ports: Ports) -> dict[str, Callable[[], str]]:
    return {
        "Python": python,
        "settings": settings,
        "PostgreSQL": postgresql,
        "roles": roles,
        "keys": known_keys,
        "migrations": migrations,
        "ports": lambda: free_ports(ports),
        "secrets": secret_files,
        "accounts": system_accounts,
    }


def python() -> str:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise Wrong("Kẻng needs Python 3.11, 3.12 or 3.13.")
    return sys.version.split()[0]


def settings() -> str:
    """Each was looked at before this; here is which folder and which file they lead to."""
    file = configuration.file_in_use()
    return f"data in {data_folder()}, {file or 'no keng.env'}"


def postgresql() -> str:
    with psycopg.connect(dsn("owner"), connect_timeout=5) as connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise Wrong("PostgreSQL 15 is the oldest that works.")
        checksums = connection.execute("SHOW data_checksums").fetchone()
        return f"{connection.info.parameter_status('server_version')}, checksums {checksums[0]}"  # type: ignore[index]


def roles() -> str:
    """Every process can sign in, and none can do what only the owner may."""
    for process in PROCESSES[1:]:
        with psycopg.connect(dsn(process), connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT rolsuper OR rolcreaterole OR EXISTS (SELECT 1 FROM pg_class c"
                " WHERE c.relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
            ).fetchone()
        if row is None or row[0]:
            raise Wrong(f"The role of {process} owns tables or may create roles.")
    return f"{len(PROCESSES) - 1} can sign in and own nothing"


def known_keys() -> str:
    """Those of this database, and the data those that this machine is started for."""
    require_known_keys()
    with owner_connection() as connection:
        is_demo = is_demo_data(connection)
    if is_demo is None:
        return "none is on record before the first start"
    return f"belong to this database; {'the demo' if is_demo else 'your own data'}"


def migrations() -> str:
    start_django()
    from django.db import connection  # noqa: PLC0415 -- needs the settings
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    if missing:
        raise Wrong(f"{len(missing)} are not applied: run `keng migrate`.")
    return "all applied"


def free_ports(ports: Ports) -> str:
    if is_supervised(data_folder()):
        return "in use by our own processes"
    require_free(ports, ["public", "desk", "edge"])
    return "free"


def secret_files() -> str:
    """Passwords and keys are this account's alone."""
    files = [f for folder in ("secrets", "keys") for f in (data_folder() / folder).rglob("*")]
    for file in files:
        _require_private(file)
    return f"{sum(file.is_file() for file in files)} files, readable by this account alone"


def system_accounts() -> str:
    """As whom everything runs, and that each has its own files and can read the code."""
    if wrong := accounts_of_the_system.faults():
        raise Wrong("; ".join(wrong))
    return accounts_of_the_system.describe_accounts()


def _require_private(file: Path) -> None:
    status = file.stat()
    # Root lets others pass its folders to what is theirs, and list nothing in them.
    others = 0o066 if file.is_dir() else 0o077
    if status.st_uid not in _owners_of(file) or stat.S_IMODE(status.st_mode) & others:
        raise Wrong(f"{file} is readable by others: chmod go= {file}")


def _owners_of(file: Path) -> set[int]:
    """This account; and where root shares out its folders, whoever was given the file's."""
    given = (data_folder() / name for name in ACCOUNT_FOLDERS)
    around = [folder for folder in given if file.is_relative_to(folder)]
    return {os.geteuid(), *(folder.stat().st_uid for folder in around)}


def _answer(name: str, check: Callable[[], str]) -> bool:
    try:
        answer, is_well = check(), True
    except (
        Wrong,
        CannotContinue,
        DatabaseNotPrepared,
        KeyMissing,
        OSError,
        psycopg.Error,
    ) as error:
        answer, is_well = str(error), False
    print(f"{'ok   ' if is_well else 'WRONG'}  {name:<11} {answer}")
    return is_well
