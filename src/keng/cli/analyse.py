"""`keng analyse --jsonl FILE`: the indicators in each tip of a file, one JSON object a line."""

import argparse
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO

from keng.language.analyse import analyse_lines
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--jsonl",
        required=True,
        metavar="FILE",
        help='file with one {"id", "text"} object a line; "-" reads standard input',
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each tip as it is read."""
    try:
        with _opened(arguments.jsonl) as lines:
            for result in analyse_lines(lines):
                print(json.dumps(result, ensure_ascii=False))
    except (OSError, ValueError) as error:
        raise CannotContinue(str(error)) from error
    return 0


def _opened(name: str) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdin) if name == "-" else Path(name).open(encoding="utf-8-sig")
