"""keng opener: puts a split key together for one record at a time, in memory alone.

It connects to the database and listens on its socket, then gives up everything else: it opens no
connection, starts no program, writes no file, and reads none but wrap keys, originals and code. So
where the database is gone it ends, and is started again. Under a supervisor whoever asks has it
started (keng.runtime.supervisor.activation), and it ends once nobody has asked for a while.
"""

import argparse
import ctypes
import resource
import signal
import sys
import sysconfig
from pathlib import Path

import psycopg

from keng.kit.database import data_folder, dsn
from keng.kit.private_files import make_private_folder
from keng.kit.reachable_files import allow_only_files
from keng.kit.system_calls import forbid_all_but_serving
from keng.runtime.environment import is_told_its_process
from keng.runtime.unprivileged import become_unprivileged

_MCL_CURRENT, _MCL_FUTURE = 1, 2
# Python, the driver, the libraries, and the largest original while it is opened.
_MEMORY = 512 * 1024**2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the supervisor says; everything else is in the settings."""
    parser.add_argument(
        "--socket", type=int, help="the descriptor of a socket that listens already"
    )
    parser.add_argument(
        "--idle-seconds",
        type=float,
        help="end once nobody has asked for so long and no share is kept here",
    )


def run(arguments: argparse.Namespace) -> int:
    if not is_told_its_process():
        # What it needs of the supervisor, the process itself does without.
        from keng.runtime.alone import become_process  # noqa: PLC0415

        become_process("opener")
    _may_lock_memory()
    become_unprivileged("opener")
    from keng.vault.opener import opener_rows, opener_socket, serving  # noqa: PLC0415

    # What is not there when it is confined is out of its reach for good.
    for folder in (opener_socket.socket_folder(), *_read_folders()):
        make_private_folder(folder)
    try:
        connection = psycopg.connect(dsn("opener"), autocommit=True, connect_timeout=5)
    except psycopg.Error as error:
        print(f"The database does not answer ({type(error).__name__}).", file=sys.stderr)
        return 1
    # Asked to stop it stops as at a keyboard: what was given is forgotten with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.socket is None:
        server = opener_socket.listen()
    else:
        server = opener_socket.inherited_socket(arguments.socket)
    if not _lock_memory():
        print("Memory is not locked: the limit of the system (memlock) is too low.", flush=True)
    _confine()
    try:
        rows = opener_rows.OpenerRows(connection, data_folder())
        serving.serve_until_lost(server, rows, arguments.idle_seconds)
    except serving.DatabaseGone:
        print("The database is gone; what was given here is forgotten.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _may_lock_memory() -> None:
    """As root for the account that we become; as anybody up to what the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (_MEMORY, _MEMORY))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (most, most))


def _lock_memory() -> bool:
    """Whether no page of this process can come to lie in a swap file."""
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if sys.platform != "linux" or (soft != resource.RLIM_INFINITY and soft < _MEMORY):
        # Locked up to a small limit it would be refused memory in the middle of an opening.
        return False
    return bool(ctypes.CDLL(None, use_errno=True).mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0)


def _read_folders() -> tuple[Path, ...]:
    files = data_folder() / "files"
    return data_folder() / "keys" / "epochs", files / "originals", files / "opening"


def _confine() -> None:
    code = {Path(path) for path in (*sysconfig.get_paths().values(), *sys.path) if path}
    shared = (Path("/usr/lib"), Path("/lib"), Path("/usr/share/zoneinfo"))
    allow_only_files([*code, *shared, *_read_folders()])
    forbid_all_but_serving()
