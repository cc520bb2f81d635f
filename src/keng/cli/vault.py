"""keng vault: the keys that names, phones and reply addresses are sealed to."""

import argparse
import getpass
import sys
from pathlib import Path

from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="init|split|drill|restore")
    words.add_parser("init", help="make the keys that are missing; safe to repeat")
    words.add_parser("split", help="split older keys anew, where their holders are others by now")
    drill = words.add_parser("drill", help="whether a units.keys would open, without opening")
    drill.add_argument("file", type=Path, help="the file, wherever its custodian keeps it")
    words.add_parser("restore", help="give the words of tips back whose reporters objected")


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        if arguments.word == "drill":
            return _drill(arguments.file)
        return {"init": _init, "split": _split, "restore": _restore}[arguments.word]()


def _init() -> int:
    from keng.delivery import push_account  # noqa: PLC0415 -- needs the settings
    from keng.vault import keys  # noqa: PLC0415

    keys.make_sender_key()
    keys.renew_worker_key()
    is_new = not keys.operator_file().exists()
    passphrase = keys.new_passphrase() if is_new else _asked_for()
    try:
        made = keys.make_unit_keys(passphrase)
    except keys.WrongPassphrase:
        raise _does_not_open(keys.operator_file()) from None
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


def _split() -> int:
    """Where a holder left, or came: older keys were split for those of then."""
    from keng.vault import epochs, keys  # noqa: PLC0415 -- needs the settings

    file = keys.operator_file()
    if not file.exists():
        raise CannotContinue(f"Bring {file} back for this, and take it away again.")
    try:
        custodians = keys.unlock_custodian_keys(file, _asked_for())
    except keys.WrongPassphrase:
        raise _does_not_open(file) from None
    done = epochs.split_all_anew(custodians)
    print(
        f"{done} keys were split anew. It is on record. Copies of the database of before, with "
        "wrap keys of before, still open with the shares of before: `keng backup epochs` now."
    )
    return 0


def _drill(file: Path) -> int:
    """For whoever keeps the file: twice a year, so that a lost passphrase is found in time."""
    from keng.vault import keys  # noqa: PLC0415 -- needs the settings

    if not file.exists():
        raise CannotContinue(f"{file} is not there.")
    try:
        found = keys.try_operator_file(file, _asked_for())
    except keys.WrongPassphrase:
        raise _does_not_open(file) from None
    except (ValueError, KeyError):
        raise CannotContinue(f"{file} is no file of `keng vault init`, or is damaged.") from None
    if found.is_of_custodians:
        print("The passphrase is right, and the file is that of the custodians of today.")
    else:
        print("The passphrase is right, but today's key of the custodians is not in this file.")
    print(f"Of keys from before splitting {found.unit_keys} are in it, {found.missing} are not.")
    print("Nothing was opened.")
    return 0 if found.is_of_custodians and not found.missing else 1


def _restore() -> int:
    """What was found out of scope is sealed; after an objection the unit above has to read it."""
    from keng.decisions.out_of_scope import (  # noqa: PLC0415 -- needs the settings
        keys_of_content,
        restore_objected,
    )
    from keng.vault import epochs, keys  # noqa: PLC0415

    if not keys.operator_file().exists():
        raise CannotContinue(f"Bring {keys.operator_file()} back for this, and take it away again.")
    try:
        passphrase = _asked_for()
        opened = keys.unlock_unit_keys(keys.operator_file(), passphrase)
        custodians = keys.unlock_custodian_keys(keys.operator_file(), passphrase)
    except keys.WrongPassphrase:
        raise _does_not_open(keys.operator_file()) from None
    for key_id in keys_of_content():
        private = epochs.open_as_custodians(key_id, custodians)
        if private is not None:
            opened[key_id] = private
    print(f"{restore_objected(opened)} tips have their words again. It is on record.")
    return 0


def _does_not_open(file: Path) -> CannotContinue:
    return CannotContinue(f"This passphrase does not open {file}.")


def _asked_for() -> str:
    """From the keyboard, unseen, or from the first line of a pipe."""
    if sys.stdin.isatty():
        return getpass.getpass("Passphrase of the unit keys: ")
    return sys.stdin.readline().rstrip("\n")
