"""keng sender: leases deliveries and sends them, until it is asked to stop."""

import argparse

from keng.runtime.environment import is_told_its_process, start_django
from keng.runtime.unprivileged import become_unprivileged


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: everything is in the settings."""


def run(arguments: argparse.Namespace) -> int:
    if not is_told_its_process():
        # What it needs of the supervisor, the process itself does without.
        from keng.runtime.alone import become_process  # noqa: PLC0415

        become_process("sender")
    become_unprivileged("sender")
    start_django("sender")
    from keng.delivery import sender  # noqa: PLC0415 -- needs the settings
    from keng.vault.opening import require_sender_key  # noqa: PLC0415

    require_sender_key()
    return sender.run_sender()
