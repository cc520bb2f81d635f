"""keng audit: recompute every chain and compare it with what was exported; the public log's key."""

import argparse
import sys
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
        from keng.public_log.kept_head import signs_under_another_name  # noqa: PLC0415 -- likewise
        from keng.public_log.log_key import log_key, log_origin  # noqa: PLC0415 -- likewise
        from keng.public_log.verifying import log_faults  # noqa: PLC0415 -- likewise

        if arguments.word == "key":
            print(log_key().written)
            if signs_under_another_name(log_origin()):
                print(
                    "Nothing was signed under this name, but under another one. Kẻng runs with "
                    "another address than this terminal has (--ports, KENG_PUBLIC_URL, "
                    "KENG_LOG_ORIGIN): ask again with the same settings, or no one can check the "
                    "record with this key.",
                    file=sys.stderr,
                )
            return 0
        try:
            return witness.print_verification(arguments.heads, log_faults())
        except FileNotFoundError as error:
            raise CannotContinue(
                f"{error} is not there; --heads takes files or a folder."
            ) from error
