"""keng serve: every process on this machine, with your own data."""

import argparse
import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

from keng.cli.errors import CannotContinue
from keng.cli.postgres import embedded_cluster
from keng.cli.postgres.folders import prepare_data_folder
from keng.cli.supervisor.apart import apart
from keng.cli.supervisor.children import children, rewriting
from keng.cli.supervisor.ports import Ports, add_ports, chosen_ports, require_free
from keng.cli.supervisor.register import Register, only_supervisor, starting_database
from keng.cli.supervisor.supervise import Supervisor
from keng.kit.database import data_folder, is_external

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)


def run(arguments: argparse.Namespace) -> int:
    ports = chosen_ports(arguments)
    if os.environ.get("KENG_DEMO") == "1":
        raise CannotContinue("KENG_DEMO is set by `keng demo`, and never where real people report.")
    return run_everything(
        ports, is_demo=False, prepare=make_sender_key, announce=lambda _: where_it_is(ports)
    )


def run_everything(
    ports: Ports, *, is_demo: bool, prepare: Callable[[], T], announce: Callable[[T], str]
) -> int:
    """Database, tables, then `prepare`, then every process until somebody stops them.

    What `prepare` returns is handed to `announce`, whose words are printed when everything answers:
    it must be plain, since it comes from another process.
    """

    def everything_first() -> T:
        # Loaded where it is used and ends: this process watches over the others for months.
        from keng.cli.known_keys import claim  # noqa: PLC0415
        from keng.cli.migrate import migrate  # noqa: PLC0415

        migrate()
        claim(is_demo=is_demo)
        return prepare()

    data = data_folder()
    prepare_data_folder(data)
    with only_supervisor(data):
        Register(data).end_orphans()
        names = ["public", "desk", "edge", *(["zalo_fake"] if is_demo else [])]
        require_free(ports, names)
        cluster = None if is_external() else embedded_cluster()
        if cluster is not None:
            with starting_database(data):
                cluster.start()
        try:
            prepared = apart(everything_first)
        except BaseException:
            if cluster is not None:
                cluster.stop()
            raise
        at_night = None if cluster is None else rewriting()
        supervisor = Supervisor(data, children(ports, is_demo=is_demo), cluster, at_night)
        return asyncio.run(supervisor.run(announce(prepared)))


def make_sender_key() -> None:
    """Reply addresses are sealed to it, so it must exist before the first tip; so the worker's."""
    from keng.vault import keys  # noqa: PLC0415 -- needs the settings

    keys.make_sender_key()
    keys.renew_worker_key()
    make_push_account()


def make_push_account() -> None:
    """Browsers subscribe to its key, so it is made once and stays."""
    from keng.delivery import push  # noqa: PLC0415 -- needs the settings

    push.make_account()


def where_it_is(ports: Ports) -> str:
    return (
        f"\nKẻng is ready.\n"
        f"  Residents  http://localhost:{ports.public}/\n"
        f"  Officers   http://localhost:{ports.desk}/\n"
        f"  Ctrl-C stops everything; the data stays in {data_folder()}."
    )
