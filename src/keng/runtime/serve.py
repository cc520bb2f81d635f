"""keng serve: every process on this machine, with your own data."""

import argparse
import asyncio
import os
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TypeVar

from keng.kit.database import data_folder, is_external
from keng.runtime.accounts_of_the_system import process_account
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.supervisor.children import child_processes, rewrite_process
from keng.runtime.supervisor.one_shot_process import run_in_own_process
from keng.runtime.supervisor.ports import Ports, add_ports, chosen_ports, require_free
from keng.runtime.supervisor.register import ProcessRegister, only_supervisor, starting_database
from keng.runtime.supervisor.supervise import Supervisor
from keng.runtime.way_to_the_code import unreadable_code

_T = TypeVar("_T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)


def run(arguments: argparse.Namespace) -> int:
    ports = chosen_ports(arguments)
    if unsafe := unsafe_for_real_data(os.environ):
        raise CannotContinue(" ".join([*unsafe, "Nothing was started."]))
    return run_everything(
        ports, is_demo=False, prepare=make_sender_key, announce=lambda _: where_it_is(ports)
    )


def unsafe_for_real_data(settings: Mapping[str, str]) -> list[str]:
    """What must not be where real people report, each with what to do."""
    found = []
    if settings.get("KENG_DEMO") == "1":
        found.append("KENG_DEMO is set by `keng demo`, and never where real people report.")
    if settings.get("KENG_DEBUG") == "1":
        found.append("KENG_DEBUG shows on its error pages what people typed: take it out.")
    if settings.get("KENG_DEBUG_FAULTS") == "1" or settings.get("KENG_TEST_FAULT"):
        found.append(
            "KENG_DEBUG_FAULTS and KENG_TEST_FAULT are for tests, which lose reports on purpose: "
            "take them out."
        )
    listens_at = settings.get("KENG_ADDRESS") or "127.0.0.1"
    if not ip_address(listens_at).is_loopback and settings.get("KENG_BEHIND_TLS") != "1":
        found.append(
            f"KENG_ADDRESS={listens_at} can be reached from other machines, where words, codes and "
            "passwords would travel in clear. Put a proxy with TLS in front and set "
            "KENG_BEHIND_TLS=1, or leave KENG_ADDRESS out."
        )
    return found


def run_everything(
    ports: Ports, *, is_demo: bool, prepare: Callable[[], _T], announce: Callable[[_T], str]
) -> int:
    """Database, tables, then `prepare`, then every process until somebody stops them.

    What `prepare` returns is handed to `announce`, whose words are printed when everything answers:
    it must be plain, since it comes from another process.
    """

    def everything_first() -> _T:
        # Loaded where it is used and ends: this process watches over the others for months.
        from keng.runtime.known_keys import claim_installation  # noqa: PLC0415
        from keng.runtime.migrate import migrate  # noqa: PLC0415

        migrate()
        claim_installation(is_demo=is_demo)
        return prepare()

    data = data_folder()
    prepare_data_folder(data)
    closed = unreadable_code(process_account())
    if closed is not None:
        raise CannotContinue(closed)
    with only_supervisor(data):
        ProcessRegister(data).end_orphans()
        names = ["public", "desk", "edge", *(["zalo_fake"] if is_demo else [])]
        require_free(ports, names)
        cluster = None if is_external() else embedded_cluster()
        if cluster is not None:
            with starting_database(data):
                cluster.start()
        try:
            prepared = run_in_own_process(everything_first)
        except BaseException:
            if cluster is not None:
                cluster.stop()
            raise
        at_night = None if cluster is None else rewrite_process()
        supervisor = Supervisor(data, child_processes(ports, is_demo=is_demo), cluster, at_night)
        return asyncio.run(supervisor.run(announce(prepared)))


def make_sender_key() -> None:
    """Reply addresses are sealed to it, so it must exist before the first tip; so the worker's."""
    from keng.vault import keys  # noqa: PLC0415 -- needs the settings

    keys.make_sender_key()
    keys.renew_worker_key()
    make_push_account()


def make_push_account() -> None:
    """Browsers subscribe to its key, so it is made once and stays."""
    from keng.delivery import push_account  # noqa: PLC0415 -- needs the settings

    push_account.make_push_account()


def where_it_is(ports: Ports) -> str:
    return (
        f"\nKẻng is ready.\n"
        f"  Residents  http://localhost:{ports.public}/\n"
        f"  Officers   http://localhost:{ports.desk}/\n"
        f"  Ctrl-C stops everything; the data stays in {data_folder()}."
    )
