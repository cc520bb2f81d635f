"""keng sender: leases deliveries and sends them, until it is asked to stop."""

import argparse

from keng.runtime.environment import start_django
from keng.runtime.unprivileged import become_unprivileged


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: everything is in the settings."""


def run(arguments: argparse.Namespace) -> int:
    become_unprivileged("sender")
    start_django("sender")
    from keng.delivery import sender  # noqa: PLC0415 -- needs the settings
    from keng.vault.opening import require_sender_key  # noqa: PLC0415

    require_sender_key()
    return sender.run_sender()
