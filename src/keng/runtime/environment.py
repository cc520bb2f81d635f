"""What a command needs before it can use the product: Django, and a database that runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

from keng.kit.database import Process, data_folder, is_external
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster, running_cluster
from keng.runtime.supervisor.register import using_database


def is_told_its_process() -> bool:
    """Whether a supervisor, or `keng.runtime.alone`, began this program as one of the processes."""
    return os.environ.get("KENG_PROCESS", "owner") != "owner"


def start_django(process: Process = "owner") -> None:
    """Load the product as one of its processes.

    The owner's commands first ask whether the keys here are those of the database: what they would
    write with others, nothing opens later.
    """
    if process == "owner":
        # The supervisor of the demo loads this module too, and needs no driver.
        from keng.runtime.known_keys import require_known_keys  # noqa: PLC0415

        require_known_keys()
    load_django(process)


def load_django(process: Process) -> None:
    """The same without that question, for the command that answers it."""
    os.environ["KENG_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")
    django.setup()


@contextmanager
def running_database(*, may_create: bool = False) -> Iterator[None]:
    """The database, started for this command unless it runs already or the operator brings one.

    Raises CannotContinue where there is none: a forgotten KENG_DATA must not make a second
    installation. Only `may_create` begins one.
    """
    if is_external():
        yield
        return
    data = data_folder()
    if not may_create and not (data / "postgres" / "cluster" / "PG_VERSION").exists():
        raise CannotContinue(
            f"There is no installation in {data}. If KENG_DATA means another folder, say so (also "
            "in /etc/keng/keng.env); a new one begins with `keng serve`."
        )
    cluster = embedded_cluster()
    if cluster.pid is not None:
        with running_cluster(cluster):
            yield
        return
    with using_database(data), running_cluster(cluster):
        yield
