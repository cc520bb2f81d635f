"""keng thief: what somebody reads who took a disk or a backup. On a demo alone.

It plants people who do not exist by the ways in which people tell who they are, takes a copy as
a thief would, and looks for them in it. A word planted in clear must be found in every place that
is searched: else the search is blind there, and finding nothing means nothing.
"""

import argparse
import tempfile
from pathlib import Path

from keng.runtime.environment import load_django, running_database
from keng.runtime.errors import CannotContinue
from keng.runtime.known_keys import follow_data, is_demo_data, owner_connection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It plants, copies, looks, and says what it found."""
    parser.add_argument(
        "also",
        nargs="*",
        metavar="WORD",
        help="who was planted from outside, by a form or a chat, and must not be found either",
    )


def run(arguments: argparse.Namespace) -> int:
    """0: none of them can be read; 1: one can, or the search is blind somewhere."""
    with running_database():
        with owner_connection() as connection:
            if is_demo_data(connection) is not True:
                raise CannotContinue(
                    "These are not a demo's data: nobody plants people in them or takes copies of "
                    "them. Name a demo's folder in KENG_DATA."
                )
        follow_data()
        load_django("owner")
        from keng_dev.thief import loot, planting  # noqa: PLC0415 -- need the settings

        planted = planting.plant_people(arguments.also)
        with tempfile.TemporaryDirectory(prefix="keng-thief-") as folder:
            places = loot.take_copies(Path(folder), planted.control)
            return _tell(loot.search(places, planted))


def _tell(found: "list[tuple[str, str, bool, str]]") -> int:
    faults = 0
    for what, place, is_control, form in found:
        is_fault = bool(form) != is_control
        faults += is_fault
        state = "WRONG" if is_fault else "ok"
        print(f"{state:<5}  {place:<8}  {what:<36}  {form or 'not found'}")
    print(
        f"{faults} wrong. What a copy tells in any case: the words of reports, without who wrote "
        "them; groups and their addresses; officers' names."
    )
    return 1 if faults else 0
