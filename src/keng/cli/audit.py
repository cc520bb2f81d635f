"""keng audit verify: recompute every chain, and say where one is broken."""

import argparse

from keng.cli.environment import database, start_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("word", choices=["verify"], help="exit code 0 means that nothing changed")


def run(arguments: argparse.Namespace) -> int:
    with database():
        start_django()
        from keng.audit import verify  # noqa: PLC0415 -- needs the settings

        return verify.run()
