"""keng audit: recompute every chain and compare it with what was exported; the public log's key."""

import argparse
from pathlib import Path

from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "word",
        choices=["verify", "key"],
        help="verify: exit code 0 means that nothing changed, 2 that a restore on record lost what "
        "is missing; key: print that of the public log",
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
        from keng.public_log.log_key import log_key  # noqa: PLC0415 -- likewise
        from keng.public_log.verifying import log_faults  # noqa: PLC0415 -- likewise

        if arguments.word == "key":
            print(log_key().written)
            return 0
        try:
            return witness.print_verification(arguments.heads, log_faults())
        except FileNotFoundError as error:
            raise CannotContinue(
                f"{error} is not there; --heads takes files or a folder."
            ) from error
