"""keng vault: the keys that names, phones and reply addresses are sealed to."""

import argparse
import contextlib
from pathlib import Path

from keng.cli import custodians
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(
        dest="word", required=True, metavar="init|divide|split|reseal|drill|restore"
    )
    words.add_parser("init", help="make the keys that are missing; safe to repeat")
    divide = words.add_parser("divide", help="several custodians instead of one file")
    divide.add_argument("needed", type=int, help="how many parts open")
    divide.add_argument("parts", type=int, help="of how many")
    divide.add_argument("folder", type=Path, help="where the parts are written")
    custodians.add_with(divide)
    split = words.add_parser("split", help="split older keys anew, among those who hold by now")
    custodians.add_with(split)
    reseal = words.add_parser(
        "reseal", help="seal what is on hold to keys of its own, so that old keys can be destroyed"
    )
    custodians.add_with(reseal)
    drill = words.add_parser("drill", help="whether a units.keys or a part would open")
    drill.add_argument("file", type=Path, help="the file, wherever its custodian keeps it")
    restore = words.add_parser(
        "restore", help="give the words of tips back whose reporters objected"
    )
    custodians.add_with(restore)


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        match arguments.word:
            case "init":
                return _init()
            case "divide":
                return custodians.divide(arguments)
            case "split":
                return _split(arguments.parts_brought)
            case "reseal":
                return _reseal(arguments.parts_brought)
            case "drill":
                return _drill(arguments.file)
            case _:
                return _restore(arguments.parts_brought)


def _init() -> int:
    from keng.delivery import push_account  # noqa: PLC0415 -- needs the settings
    from keng.vault import keys  # noqa: PLC0415
    from keng.vault.passphrase_lock import WrongPassphrase  # noqa: PLC0415

    keys.make_sender_key()
    keys.renew_worker_key()
    if keys.divided_custodians():
        made = keys.make_unit_keys("")
        push_account.make_push_account()
        print(f"{made} units got a key. The private halves are sealed to the custodians.")
        return 0
    is_new = not keys.operator_file().exists()
    passphrase = keys.new_passphrase() if is_new else custodians.asked_for()
    try:
        made = keys.make_unit_keys(passphrase)
    except WrongPassphrase:
        raise custodians.does_not_open(keys.operator_file()) from None
    push_account.make_push_account()
    print(f"{made} units got a key. The private halves are in {keys.operator_file()}.")
    if is_new and made:
        print("Write the passphrase down and move the file off this machine:")
        print(f"  {passphrase}")
    older = keys.units_with_older_keys().count()
    if older:
        print(
            f"{older} units keep the key of an older version: bring the file back that holds it, "
            f"as {keys.operator_file()}, and run this again."
        )
    return 0


def _split(parts_brought: list[Path]) -> int:
    """Where a holder left, or came: older keys were split for those of then."""
    from keng.vault import epochs, keys  # noqa: PLC0415 -- needs the settings

    kept = custodians.kept_by_custodians(parts_brought)
    done = epochs.split_all_anew(keys.custodian_keys_in(kept))
    print(
        f"{done} keys were split anew. It is on record. Copies of the database of before, with "
        "wrap keys of before, still open with the shares of before: `keng backup epochs` now."
    )
    return 0


def _reseal(parts_brought: list[Path]) -> int:
    """Where two holders of an old key are no longer there."""
    from keng.openings import resealing  # noqa: PLC0415 -- needs the settings
    from keng.vault import keys  # noqa: PLC0415

    kept = custodians.kept_by_custodians(parts_brought)
    done = resealing.reseal_as_custodians(keys.custodian_keys_in(kept))
    print(
        f"{done} sealed things on hold were resealed. It is on record, and nothing was shown. The "
        "keys of before are destroyed in a week: make a backup before that."
    )
    return 0


def _drill(file: Path) -> int:
    """For whoever keeps the file: twice a year, so that a lost passphrase is found in time."""
    from keng.vault import keys  # noqa: PLC0415 -- needs the settings
    from keng.vault.custodian_parts import NotAPart, read_part  # noqa: PLC0415
    from keng.vault.passphrase_lock import WrongPassphrase  # noqa: PLC0415

    if not file.exists():
        raise CannotContinue(f"{file} is not there.")
    with contextlib.suppress(NotAPart):
        return custodians.drill_part(read_part(file))
    try:
        found = keys.try_operator_file(file, custodians.asked_for())
    except WrongPassphrase:
        raise custodians.does_not_open(file) from None
    except (ValueError, KeyError):
        raise CannotContinue(f"{file} is no file of `keng vault`, or is damaged.") from None
    if found.is_of_custodians:
        print("The passphrase is right, and the file is that of the custodians of today.")
    else:
        print("The passphrase is right, but today's key of the custodians is not in this file.")
    print(f"Of keys from before splitting {found.unit_keys} are in it, {found.missing} are not.")
    print("Nothing was opened.")
    return 0 if found.is_of_custodians and not found.missing else 1


def _restore(parts_brought: list[Path]) -> int:
    """What was found out of scope is sealed; after an objection the unit above has to read it."""
    from keng.decisions.out_of_scope import (  # noqa: PLC0415 -- needs the settings
        keys_of_content,
        restore_objected,
    )
    from keng.vault import epochs, keys  # noqa: PLC0415

    kept = custodians.kept_by_custodians(parts_brought)
    opened = keys.unit_keys_in(kept)
    for key_id in keys_of_content():
        private = epochs.open_as_custodians(key_id, keys.custodian_keys_in(kept))
        if private is not None:
            opened[key_id] = private
    print(f"{restore_objected(opened)} tips have their words again. It is on record.")
    return 0
