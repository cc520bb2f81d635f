"""keng migrate: roles, tables, rights. The owner's work; no other process may do it."""

import argparse

import psycopg

from keng.cli.environment import database, start_django
from keng.cli.locale import compile_all
from keng.cli.postgres import embedded_cluster
from keng.cli.roles import apply_grants, ensure_owner, ensure_roles
from keng.kit.database import dsn, is_external


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: it always brings everything up to date."""


def run(arguments: argparse.Namespace) -> int:
    with database():
        migrate()
    print("The database is up to date.")
    return 0


def migrate() -> None:
    """On a running database; safe to repeat, and safe while the other processes run."""
    if not is_external():
        ensure_owner(embedded_cluster())
    ensure_roles(dsn("owner"))
    compile_all()
    start_django()
    from django.core.management import call_command  # noqa: PLC0415 -- needs the settings

    call_command("migrate", interactive=False, verbosity=0)
    from keng.site.grants import GRANTS  # noqa: PLC0415 -- loaded with the product

    with psycopg.connect(dsn("owner"), autocommit=True) as connection:
        apply_grants(connection, GRANTS)
