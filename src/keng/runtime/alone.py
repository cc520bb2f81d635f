"""keng public, desk and the others: one process by itself, for a service manager."""

import argparse
import os
from collections.abc import Sequence
from typing import NoReturn

from keng.kit import alive
from keng.kit.database import data_folder
from keng.kit.secrets import site_secret_here
from keng.kit.worker_tasks import TaskPace
from keng.runtime.accounts_of_the_system import process_account
from keng.runtime.errors import CannotContinue
from keng.runtime.settings_together import faults_before_start
from keng.runtime.supervisor.children import SENDER_KEY, process_alone
from keng.runtime.supervisor.ports import Ports, add_ports, chosen_ports, require_free
from keng.runtime.way_to_the_code import unreadable_code


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_ports(parser)


def run(arguments: argparse.Namespace) -> int:
    ports = chosen_ports(arguments)
    require_free(ports, [arguments.command])
    become_process(arguments.command, ports)


def become_process(
    name: str, ports: Ports | None = None, *words: str, paces: Sequence[TaskPace] = ()
) -> NoReturn:
    """Be what the supervisor would have started under this name, with no more than it is told.

    `words` are added to its command, `paces` are the classes that a worker does. Raises
    CannotContinue where `keng prepare` was not run, or where the settings are none for real data.
    """
    if wrong := faults_before_start(os.environ):
        raise CannotContinue(" ".join([*wrong, "Nothing was started."]))
    closed = unreadable_code(process_account())
    if closed is not None:
        raise CannotContinue(closed)
    if site_secret_here() is None:
        raise CannotContinue(
            f"Nothing is prepared in {data_folder()}: run `keng prepare` first, with the same "
            "settings. Nothing was started."
        )
    child = process_alone(name, ports or Ports(), paces)
    # From here on it is missed when it gives no sign of life.
    alive.expect_signs(child.signs)
    command = [*child.command, *words]
    told = dict(child.environment)
    if name == "sender" and SENDER_KEY in os.environ:
        told[SENDER_KEY] = os.environ[SENDER_KEY]
    os.execve(command[0], command, told)  # noqa: S606 -- our own program, no shell
