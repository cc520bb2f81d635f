"""keng audit verify: recompute every chain, compare it with what was exported, say what differs."""

import argparse
from pathlib import Path

from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "word",
        choices=["verify"],
        help="exit code 0: nothing changed; 2: a restore on record lost what is missing",
    )
    parser.add_argument(
        "--heads",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="a copy of audit/heads-*.jsonl that lay elsewhere: its files, or their folder",
    )


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        from keng.audit import witness  # noqa: PLC0415 -- needs the settings

        try:
            return witness.print_verification(arguments.heads)
        except FileNotFoundError as error:
            raise CannotContinue(
                f"{error} is not there; --heads takes files or a folder."
            ) from error
