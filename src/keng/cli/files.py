"""keng files: move files of reports to another place, while everything runs."""

import argparse

from keng.kit.storage_away import StorageAway
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.usable_storage import require_usable_storage

_TOLD_EVERY = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="move")
    move = words.add_parser(
        "move", help="copy, compare, remove where it was; safe to stop and to repeat"
    )
    move.add_argument("--to", required=True, choices=("s3", "folder"), help="where they are to lie")


def run(arguments: argparse.Namespace) -> int:
    require_usable_storage()
    from keng.files.storage import chosen, moving  # noqa: PLC0415 -- loads Django

    storage = chosen.file_storage()
    if not isinstance(storage, chosen.TwoStorages):
        raise CannotContinue("There is one place only: KENG_FILES_URL names no store.")
    if (arguments.to == "folder") != chosen.is_folder_chosen():
        raise CannotContinue(
            f"New files go to the other place still. Set KENG_FILES_TO={arguments.to}, restart all "
            "processes on every machine, then give this command again. Nothing was moved."
        )

    def tell(moved: moving.MovedFiles) -> None:
        if moved.files % _TOLD_EVERY == 0:
            print(f"{moved.files} files so far, {moved.size / 1024**2:.1f} MB.", flush=True)

    with running_database():
        start_django()
        try:
            moved = moving.move_files(storage, tell=tell)
            left = moving.left_to_move(storage)
        except StorageAway as error:
            raise CannotContinue(
                f"The store does not answer ({error}). What was moved is moved, the rest is where "
                "it was: give the command again."
            ) from None
        except moving.NotMoved as error:
            raise CannotContinue(
                f"{error} was not the same when it was read again, and stays where it was."
            ) from None
    print(f"{moved.files} files were moved, {moved.size / 1024**2:.1f} MB, each compared.")
    if left:
        print(f"{left} came to the old place meanwhile: give the command again.")
        return 1
    return 0
