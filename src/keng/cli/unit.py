"""keng unit: the desks that this installation works for."""

import argparse
from typing import TYPE_CHECKING

from keng.cli.unit_choice import place_by_code
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.places.models import Place, Unit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="add|list")
    add = words.add_parser("add", help="make the unit that serves a province or commune")
    add.add_argument("code", help="code of the place, such as 24 or 07795; see keng places find")
    add.add_argument("--name", default="", help="default: Công an and the name of the place")
    add.add_argument("--short", default="", help="stands in the numbers of its tips")
    add.add_argument("--phone", default="", help="phone of the desk, shown to residents")
    add.add_argument("--communes", action="store_true", help="and one for each of its communes")
    words.add_parser("list", help="the units there are")


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        return _list() if arguments.word == "list" else _add(arguments)


def _add(arguments: argparse.Namespace) -> int:
    from keng.places.models import Jurisdiction, Place  # noqa: PLC0415 -- needs the settings

    place = place_by_code(arguments.code)
    served = Jurisdiction.objects.filter(valid_to=None).values("place")
    if not (arguments.communes and served.filter(place=place).exists()):
        unit = _found(
            place, name=arguments.name, short_name=arguments.short, desk_phone=arguments.phone
        )
        print(f"{unit.name} ({unit.short_name}) serves {place.full_name}.")
    if arguments.communes:
        below = Place.objects.filter(parent=place, valid_to=None).exclude(pk__in=served)
        made = [_found(each) for each in below.order_by("code")]
        print(f"{len(made)} units of communes were made below it.")
    print("Next: `keng vault init` makes the keys that new units seal to.")
    return 0


def _found(
    place: "Place",
    *,
    name: str = "",
    short_name: str = "",
    desk_phone: str = "",
) -> "Unit":
    from keng.places import actions  # noqa: PLC0415 -- needs the settings

    try:
        return actions.add_unit(place, name=name, short_name=short_name, desk_phone=desk_phone)
    except actions.AlreadyServed:
        raise CannotContinue(f"{place.full_name} has a unit already.") from None
    except actions.NotServable:
        raise CannotContinue(f"{place.full_name} is no province or commune of today.") from None
    except actions.NoProvincialUnit:
        raise CannotContinue(
            f"First the unit of the province: `keng unit add {place.province_code}`."
        ) from None


def _list() -> int:
    from keng.kit.sql_names import alphabetically  # noqa: PLC0415
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings
    from keng.vault.models import UnitKey  # noqa: PLC0415

    with_key = set(UnitKey.objects.values_list("unit_id", flat=True))
    units = Unit.objects.prefetch_related("jurisdictions__place").order_by(
        "-kind", alphabetically()
    )
    for unit in units:
        codes = " ".join(
            each.place.code for each in unit.jurisdictions.all() if each.valid_to is None
        )
        lacks = "" if unit.pk in with_key else "  no key yet: keng vault init"
        print(f"{codes:<6} {unit.short_name:<13} {unit.name}{lacks}")
    if not units:
        print("No unit yet: `keng unit add CODE`, first of the province, then of its communes.")
    return 0
