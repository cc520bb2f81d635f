"""keng installation: the card of this one, and the installations with which tips are exchanged."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.tips.models import OtherInstallation
    from keng.transfers.card import InstallationCard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(
        dest="word", required=True, metavar="card|add|address|list|remove"
    )
    words.add_parser("card", help="print the card of this installation, for other operators")
    add = words.add_parser("add", help="know another installation by its card")
    add.add_argument("card", type=Path, help="the file with the card that its operator sent")
    add.add_argument(
        "--fingerprint",
        default="",
        help="what its operator read to you by telephone; without it nothing is added",
    )
    _add_address(add, "--address", default="")
    address = words.add_parser("address", help="send files to one by itself, or carry them again")
    address.add_argument("fingerprint", help="as `keng installation list` prints it")
    _add_address(address, "address", nargs="?", default="")
    words.add_parser("list", help="the installations that are known here")
    remove = words.add_parser("remove", help="exchange nothing with one any more")
    remove.add_argument("fingerprint", help="as `keng installation list` prints it")


def _add_address(parser: argparse.ArgumentParser, name: str, **how: Any) -> None:
    parser.add_argument(
        name,
        help="https:// and the name of its public site: files go there by themselves; without "
        "one they are carried",
        **how,
    )
    parser.add_argument(
        "--private",
        action="store_true",
        help="the address is in a network of your own: any is asked then, as it stands",
    )


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        if arguments.word == "card":
            return _card()
        if arguments.word == "add":
            return _add(arguments)
        if arguments.word == "address":
            return _set_address(arguments)
        if arguments.word == "remove":
            return _remove(arguments.fingerprint)
        return _list()


def _card() -> int:
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings
    from keng.transfers.card import own_card  # noqa: PLC0415
    from keng.vault.transfer_seals import make_transfer_key  # noqa: PLC0415

    make_transfer_key()
    try:
        card = own_card()
    except Unit.DoesNotExist:
        raise CannotContinue("First the unit of the province: `keng unit add CODE`.") from None
    print(card.as_line())
    return 0


def _add(arguments: argparse.Namespace) -> int:
    from keng.transfers.card import UnreadableCard, own_card, read_card  # noqa: PLC0415
    from keng.transfers.installations import KnownAlready, add_installation  # noqa: PLC0415
    from keng.vault.transfer_seals import make_transfer_key  # noqa: PLC0415

    file = arguments.card
    make_transfer_key()
    try:
        card = read_card(file.read_bytes())
    except OSError as error:
        raise CannotContinue(f"{file} cannot be read ({error.strerror}).") from None
    except UnreadableCard as error:
        raise CannotContinue(f"{file} is no card: {error}.") from None
    if _digits(arguments.fingerprint) != _digits(card.fingerprint()):
        print(f"{card.name} ({card.province}), fingerprint of its card:")
        print(f"  {card.fingerprint()}")
        raise CannotContinue(
            "Nothing was added. Call its operator, have the fingerprint read to you (`keng "
            "installation list` prints it there), and give it with --fingerprint."
        )
    try:
        add_installation(card, address=arguments.address, is_private=arguments.private)
    except ValueError as error:
        raise CannotContinue(f"Nothing was added: {error}.") from None
    except KnownAlready:
        raise CannotContinue(f"{card.name} is known here already.") from None
    print(f"{card.name} is known from now on. Its operator needs your card, too:")
    print(f"  fingerprint {own_card().fingerprint()}")
    return 0


def _list() -> int:
    from keng.kit.sql_names import alphabetically  # noqa: PLC0415 -- needs the settings
    from keng.places.models import Unit  # noqa: PLC0415
    from keng.tips.models import OtherInstallation  # noqa: PLC0415
    from keng.transfers.card import own_card  # noqa: PLC0415
    from keng.vault.transfer_seals import make_transfer_key  # noqa: PLC0415

    make_transfer_key()
    try:
        print(f"this one  {own_card().fingerprint()}  {own_card().name}")
    except Unit.DoesNotExist:
        raise CannotContinue("First the unit of the province: `keng unit add CODE`.") from None
    for other in OtherInstallation.objects.known().order_by(alphabetically(), "id"):
        way = f"  {other.address}" if other.address else ""
        print(f"known     {_card_of(other).fingerprint()}  {other.name}{way}")
    return 0


def _set_address(arguments: argparse.Namespace) -> int:
    from keng.transfers.installations import set_installation_address  # noqa: PLC0415

    other = _known_by(arguments.fingerprint)
    try:
        set_installation_address(other, arguments.address, is_private=arguments.private)
    except ValueError as error:
        raise CannotContinue(f"Nothing was changed: {error}.") from None
    if arguments.address:
        print(f"Files for {other.name} go to {arguments.address} from now on.")
    else:
        print(f"Files for {other.name} are carried from now on.")
    return 0


def _remove(fingerprint: str) -> int:
    from keng.transfers.installations import StillInUse, remove_installation  # noqa: PLC0415

    other = _known_by(fingerprint)
    try:
        remove_installation(other)
    except StillInUse as error:
        for line in error.standing:
            print(line)
        raise CannotContinue(
            f"Tips are with {other.name}, or from there: they have to end first, or be given back "
            "(on the page of the transfer)."
        ) from None
    print(f"{other.name} is not known any more.")
    return 0


def _known_by(fingerprint: str) -> "OtherInstallation":
    from keng.tips.models import OtherInstallation  # noqa: PLC0415 -- needs the settings

    for other in OtherInstallation.objects.known():
        if _digits(_card_of(other).fingerprint()) == _digits(fingerprint):
            return other
    raise CannotContinue("No installation with this fingerprint is known here.")


def _card_of(other: "OtherInstallation") -> "InstallationCard":
    from keng.transfers.card import InstallationCard  # noqa: PLC0415 -- needs the settings

    return InstallationCard(
        name=other.name,
        province=other.province_code,
        phone=other.phone,
        signing_key=bytes(other.signing_key),
        sealing_key=bytes(other.sealing_key),
    )


def _digits(written: str) -> str:
    return "".join(one for one in written if one.isdigit())
