"""What the custodians bring to a command: their file, or parts of their key; and dividing it."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keng.kit.database import data_folder
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.vault.custodian_parts import CustodianPart
    from keng.vault.dividing import Division, WrittenPart
    from keng.vault.sealed_unit_keys import PrivateKeys

_CLEARED = "\033[2J\033[3J\033[H"


def add_with(parser: argparse.ArgumentParser) -> None:
    """For a command that the operator's file opens, or as many parts as are needed."""
    parser.add_argument(
        "--with",
        dest="parts_brought",
        nargs="+",
        type=Path,
        default=[],
        metavar="PART",
        help="parts of the custodians, once their key is divided",
    )


def kept_by_custodians(parts_brought: Sequence[Path]) -> "PrivateKeys":
    """Every private key that the custodians keep; asks for passphrases."""
    if parts_brought:
        return _out_of_parts(parts_brought)
    from keng.vault import keys  # noqa: PLC0415 -- needs the settings
    from keng.vault.passphrase_lock import WrongPassphrase  # noqa: PLC0415

    file = keys.operator_file()
    if not file.exists():
        raise CannotContinue(f"{_what_to_bring()}, and take it away again.")
    try:
        return keys.unlock_operator_file(file, asked_for())
    except WrongPassphrase:
        raise does_not_open(file) from None
    except (ValueError, KeyError):
        raise CannotContinue(f"{file} is no file of `keng vault`, or is damaged.") from None


def _what_to_bring() -> str:
    from keng.vault import keys  # noqa: PLC0415 -- needs the settings

    divided = keys.divided_custodians()
    if divided is None:
        return f"Bring {keys.operator_file()} back for this"
    return (
        f"Bring {divided.parts_needed} of the {divided.parts} parts of the custodians for this "
        "(--with PART PART …)"
    )


def _out_of_parts(paths: Sequence[Path]) -> "PrivateKeys":
    from keng.vault import dividing  # noqa: PLC0415 -- needs the settings
    from keng.vault.custodian_parts import PartsDoNotFit, require_fitting  # noqa: PLC0415
    from keng.vault.splitting import SharesDoNotFit  # noqa: PLC0415

    parts = [_read(path) for path in paths]
    try:
        require_fitting([part.label for part in parts])
        parts = parts[: parts[0].label.needed]
        shares = [opened_part(part) for part in parts]
        return dividing.open_parts(parts, shares)
    except PartsDoNotFit as error:
        raise CannotContinue(f"Nothing was opened: {error}.") from None
    except (SharesDoNotFit, dividing.OtherCustodians):
        raise CannotContinue(
            "Nothing was opened: these parts do not give a key of this installation's custodians."
        ) from None


def _read(path: Path) -> "CustodianPart":
    from keng.vault.custodian_parts import NotAPart, read_part  # noqa: PLC0415

    try:
        return read_part(path)
    except FileNotFoundError:
        raise CannotContinue(f"{path} is not there.") from None
    except NotAPart:
        raise _is_damaged(path) from None


def opened_part(part: "CustodianPart") -> str:
    """The share in it; asks for its passphrase."""
    from keng.vault.custodian_parts import NotAPart  # noqa: PLC0415
    from keng.vault.passphrase_lock import WrongPassphrase  # noqa: PLC0415

    try:
        return part.open(asked_for(f"Passphrase of {part.label}: "))
    except WrongPassphrase:
        raise does_not_open(part.label) from None
    except NotAPart:
        raise _is_damaged(part.label) from None


def divide(arguments: argparse.Namespace) -> int:
    """Into parts for several people; the whole file goes when each part was read back."""
    from keng.vault import dividing, keys  # noqa: PLC0415 -- needs the settings

    folder = arguments.folder
    _require_room_for_parts(folder)
    older = keys.units_with_older_keys().count()
    if older:
        raise CannotContinue(
            f"{older} units keep the key of an older version: keng vault init first, with the file "
            "that holds them."
        )
    file = keys.operator_file()
    is_whole = not arguments.parts_brought and file.exists()
    whole_file = dividing.WholeFile.read(file) if is_whole else None
    kept = kept_by_custodians(arguments.parts_brought)
    try:
        division = dividing.write_division(
            kept,
            needed=arguments.needed,
            parts=arguments.parts,
            folder=folder,
            whole_file=whole_file,
        )
    except dividing.OtherCustodians:
        raise CannotContinue(
            "Today's key of the custodians is not in it: keng vault init first."
        ) from None
    except ValueError as error:
        raise CannotContinue(f"Nothing was divided: {error}.") from None
    except OSError as error:
        raise CannotContinue(f"Nothing was divided: {error}") from None
    try:
        _hand_out(division)
        dividing.complete_division(division)
    except dividing.NotDivided:
        dividing.discard_division(division)
        raise CannotContinue(
            f"The parts in {folder} could not be read back, or a unit got its key meanwhile. They "
            "are gone, and all is as before."
        ) from None
    except BaseException:
        dividing.discard_division(division)
        raise
    _say_what_is_so_now(division)
    return 0


def _require_room_for_parts(folder: Path) -> None:
    if not folder.is_dir():
        raise CannotContinue(f"{folder} is no folder that is there.")
    if folder.resolve().is_relative_to(data_folder().resolve()):
        raise CannotContinue(
            "Parts may not lie in the data folder: backups hold it. Choose a medium to carry away."
        )


def _hand_out(division: "Division") -> None:
    """At a keyboard one custodian at a time, and each types back what they wrote down."""
    for part in division.parts:
        if sys.stdin.isatty():
            input(f"Custodian {part.label.number} of {part.label.parts}, alone: press Enter. ")
        # At once: what nobody was shown must not be all there is.
        print(f"{part.path}\n  {part.passphrase}", flush=True)
        if sys.stdin.isatty():
            _have_it_typed_back(part)


def _have_it_typed_back(part: "WrittenPart") -> None:
    input("Write the passphrase down, then press Enter: it goes from the screen. ")
    print(_CLEARED, end="")
    while asked_for("Type it from the paper: ") != part.passphrase:
        print("That is another one. Ctrl-C ends this, and all is as before.")


def _say_what_is_so_now(division: "Division") -> None:
    label = division.label
    print(
        f"The custodians' key is divided: {label.needed} of {label.parts} parts open, fewer open "
        "nothing. Each part was read back and opened with others. It is on record."
    )
    whole_file = division.whole_file.path if division.whole_file else None
    if whole_file is not None and whole_file.exists():
        print(f"{whole_file} could not be removed and still opens everything: destroy it.")
    elif whole_file is not None:
        print(
            f"{whole_file} is destroyed. Any copy of it still opens everything with its "
            "passphrase: destroy copies, and the paper. Backups made while it lay here hold it too."
        )
    else:
        print("Parts of the division before still open together: have them destroyed.")
    print("Give each custodian their part, and have each try it: keng vault drill PART")


def drill_part(part: "CustodianPart") -> int:
    """Whether one part is whole, without the others and without opening anything."""
    from keng.vault import dividing  # noqa: PLC0415 -- needs the settings

    label = part.label
    opened_part(part)
    is_of_today = dividing.is_part_of_today(label)
    print(f"The passphrase is right, and this is {label}, whole.")
    if is_of_today:
        print(f"With {label.needed - 1} others of this division it opens.")
    else:
        print("It is not of the division of today: it does not fit the parts of the others.")
    print("Nothing was opened.")
    return 0 if is_of_today else 1


def does_not_open(what: object) -> CannotContinue:
    """A wrong passphrase, in words."""
    return CannotContinue(f"This passphrase does not open {what}.")


def _is_damaged(what: object) -> CannotContinue:
    return CannotContinue(f"{what} is no part of a custodian's, or is damaged.")


def asked_for(prompt: str = "Passphrase of the unit keys: ") -> str:
    """From the keyboard, unseen, or from the next line of a pipe."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\n")
