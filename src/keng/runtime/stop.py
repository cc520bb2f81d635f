"""keng stop: have what runs with this data folder stop in its order, and wait for the end."""

import argparse
import os
import signal
import time

from keng.kit.database import data_folder
from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.register import supervisor_pid

# The sites, worker and sender end one after the other, each within 20 s, then the database.
STOPS_WITHIN = 180.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="end what does not stop by itself; nothing is lost"
    )


def run(arguments: argparse.Namespace) -> int:
    """0 also where nothing runs: asked twice, it is stopped."""
    pid = supervisor_pid(data_folder())
    if pid is None:
        print(f"Nothing runs with the data in {data_folder()}.")
        return 0
    _ask(pid)
    if arguments.force:
        # A second time: its children are ended by force.
        time.sleep(1.0)
        _ask(pid)
    deadline = time.monotonic() + STOPS_WITHIN
    while supervisor_pid(data_folder()) == pid:
        if time.monotonic() > deadline:
            raise CannotContinue(
                f"Process {pid} has not stopped within {STOPS_WITHIN:.0f} s: see logs/keng.log, "
                "and try `keng stop --force`."
            )
        time.sleep(0.1)
    print(f"Stopped; the data stay in {data_folder()}.")
    return 0


def _ask(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError:
        raise CannotContinue(
            f"Process {pid} belongs to another account: stop it as that one, or as root."
        ) from None
