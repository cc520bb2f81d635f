"""keng files: move files of reports to another place, while everything runs."""

import argparse

from keng.cli.keys import typed_line
from keng.kit.storage_away import StorageAway
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.usable_storage import claim_store, require_usable_storage

_TYPED = "take it over"
_TOLD_EVERY = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="move|take-over")
    move = words.add_parser(
        "move", help="copy, compare, remove where it was; safe to stop and to repeat"
    )
    move.add_argument("--to", required=True, choices=("s3", "folder"), help="where they are to lie")
    words.add_parser(
        "take-over", help="use the bucket of another installation, whose place this one takes"
    )


def run(arguments: argparse.Namespace) -> int:
    return _take_over() if arguments.word == "take-over" else _move(arguments)


def _take_over() -> int:
    require_usable_storage()
    from keng.files.storage import bucket_mark, chosen  # noqa: PLC0415 -- loads Django

    store = chosen.store_of_settings()
    if store is None:
        raise CannotContinue("KENG_FILES_URL names no store.")
    with running_database():
        start_django()
        try:
            if bucket_mark.mark_in(store) == bucket_mark.own_mark():
                print("The bucket is this installation's already.")
                return 0
            print(
                "From now on the bucket is this installation's. If the other one still runs, it "
                "refuses files within a minute. Within an hour of a start everything in it that "
                f"is older than a day and that no row here names is destroyed. Type: {_TYPED}"
            )
            if typed_line() != _TYPED:
                raise CannotContinue("Nothing was changed.")
            bucket_mark.take_bucket_over(store)
        except StorageAway as error:
            raise CannotContinue(f"The store does not answer ({error}).") from None
    print("The bucket has this installation's mark.")
    return 0


def _move(arguments: argparse.Namespace) -> int:
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
        claim_store()
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
