"""keng serve: every process on this machine, with your own data."""

import argparse
import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from keng.kit.database import data_folder, is_external
from keng.runtime.accounts_of_the_system import process_account
from keng.runtime.errors import CannotContinue
from keng.runtime.installation import make_process_keys, prepare_installation
from keng.runtime.postgres import embedded_cluster
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.settings_together import faults_before_start
from keng.runtime.supervisor.activation import activated_opener
from keng.runtime.supervisor.children import Child, child_processes, rewrite_process
from keng.runtime.supervisor.one_shot_process import run_in_own_process
from keng.runtime.supervisor.ports import Ports, add_ports, chosen_ports, require_free
from keng.runtime.supervisor.register import ProcessRegister, only_supervisor, starting_database
from keng.runtime.supervisor.supervise import Supervisor
from keng.runtime.way_to_the_code import unreadable_code

_T = TypeVar("_T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)
    parser.add_argument(
        "--only-database",
        action="store_true",
        help="the embedded database and nothing else, to restore a backup into it",
    )


def run(arguments: argparse.Namespace) -> int:
    ports = chosen_ports(arguments)
    if wrong := faults_before_start(os.environ):
        raise CannotContinue(" ".join([*wrong, "Nothing was started."]))
    if arguments.only_database:
        if is_external():
            raise CannotContinue(
                "The database is your own (DATABASE_URL): nothing is to be started."
            )
        return run_everything(
            ports,
            is_demo=False,
            prepare=make_process_keys,
            announce=lambda _: only_database_runs(),
            only_database=True,
        )
    return run_everything(
        ports, is_demo=False, prepare=make_process_keys, announce=lambda _: where_it_is(ports)
    )


def run_everything(
    ports: Ports,
    *,
    is_demo: bool,
    prepare: Callable[[], _T],
    announce: Callable[[_T], str],
    only_database: bool = False,
) -> int:
    """Database, tables, then `prepare`, then every process until somebody stops them; exit code.

    What `prepare` returns is handed to `announce`, whose words are printed when everything answers:
    it must be plain, since it comes from another process.
    """

    def everything_first() -> _T:
        prepare_installation(is_demo=is_demo, only_database=only_database)
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
        try:
            with _stoppable_start():
                if cluster is not None:
                    with starting_database(data):
                        cluster.start()
                prepared = run_in_own_process(everything_first)
        except BaseException as error:
            if cluster is not None:
                cluster.stop()
            if isinstance(error, _StoppedWhileStarting):
                print("Stopped before everything was prepared; the next start goes on.")
                return 0
            raise
        at_night = None if cluster is None or only_database else rewrite_process()
        children = [] if only_database else _children(ports, is_demo=is_demo)
        supervisor = Supervisor(data, children, cluster, at_night)
        return asyncio.run(supervisor.run(announce(prepared)))


def _children(ports: Ports, *, is_demo: bool) -> list[Child]:
    account = process_account()
    return [
        activated_opener(child, account) if child.name == "opener" else child
        for child in child_processes(ports, is_demo=is_demo)
    ]


class _StoppedWhileStarting(BaseException):
    """Somebody asked to stop before the supervisor listened to signals itself."""


@contextmanager
def _stoppable_start() -> Iterator[None]:
    """Whoever asks to stop meanwhile ends it in order: the database, too, which we began."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _StoppedWhileStarting

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def only_database_runs() -> str:
    return (
        f"\nThe database of {data_folder()} runs, and nothing else: no tip is taken and nothing is "
        "sent.\n  Ctrl-C or `keng stop` ends it."
    )


def where_it_is(ports: Ports) -> str:
    return (
        f"\nKẻng is ready.\n"
        f"  Residents  http://localhost:{ports.public}/\n"
        f"  Officers   http://localhost:{ports.desk}/\n"
        f"  What comes next: `keng doctor`; on an empty installation docs/operator/first-day.md.\n"
        f"  Ctrl-C stops everything; the data stays in {data_folder()}."
    )
