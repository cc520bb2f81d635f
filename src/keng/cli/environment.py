"""What a command needs before it can use the product: Django, and a database that runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

from keng.cli.postgres import embedded_cluster, running_cluster
from keng.kit.database import Process, is_external


def start_django(process: Process = "owner") -> None:
    """Load the product as one of its processes.

    The owner's commands first ask whether the keys here are those of the database: what they would
    write with others, nothing opens later.
    """
    if process == "owner":
        # The supervisor of the demo loads this module too, and needs no driver.
        from keng.cli.known_keys import require_known_keys  # noqa: PLC0415

        require_known_keys()
    load_django(process)


def load_django(process: Process) -> None:
    """The same without that question, for the command that answers it."""
    os.environ["KENG_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")
    django.setup()


@contextmanager
def database() -> Iterator[None]:
    """The database, started for this command unless it runs already or the operator brings one."""
    if is_external():
        yield
        return
    with running_cluster(embedded_cluster()):
        yield
