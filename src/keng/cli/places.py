"""keng places: the provinces and communes of Việt Nam, old and new, and what lies in them."""

import argparse
from pathlib import Path

from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="import|find|names")
    words.add_parser("import", help="read the tables that come with Kẻng")
    find = words.add_parser("find", help="codes by name, with or without accents")
    find.add_argument("name")
    names = words.add_parser("names", help="parks, stations, markets: list them, or read a table")
    names.add_argument(
        "file", nargs="?", help="a table with the columns name,commune; it replaces what was there"
    )


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        from keng.places import importer  # noqa: PLC0415 -- needs the settings

        if arguments.word == "names":
            return _import_names(arguments.file) if arguments.file else _list_names()
        return importer.run() if arguments.word == "import" else _find(arguments.name)


def _find(name: str) -> int:
    from keng.places.models import Place  # noqa: PLC0415 -- needs the settings
    from keng.places.search import find_places  # noqa: PLC0415

    for match in find_places(name):
        if match.communes:
            print(f"{match.place.code:<6} {match.place.full_name}")
            continue
        lies_here = f"  ({match.landmark})" if match.landmark else ""
        print(f"{match.place.code:<6} {match.place.full_name}, {match.lies_in}{lies_here}")
    if not Place.objects.exists():
        raise CannotContinue("There are no provinces yet: run `keng places import`.")
    return 0


def _list_names() -> int:
    from keng.places.models import Landmark  # noqa: PLC0415 -- needs the settings

    found = list(Landmark.objects.select_related("place__parent").order_by("name", "place__code"))
    for one in found:
        print(f"{one.name}: {one.place.code} {one.place.in_full}")
    if not found:
        print("None yet: `keng places names FILE` reads a table with the columns name,commune.")
    return 0


def _import_names(file: str) -> int:
    from keng.places.landmarks import FaultyTable, import_landmarks  # noqa: PLC0415
    from keng.places.models import Unit  # noqa: PLC0415

    try:
        lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
        count = import_landmarks(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise CannotContinue(f"{file}: {error}") from None
    except FaultyTable as error:
        print("\n".join(error.faults))
        raise CannotContinue("Nothing was imported; what was there before stays.") from None
    except Unit.DoesNotExist:
        raise CannotContinue("No province has a desk yet: `keng unit add CODE` first.") from None
    print(f"{count} names are known; those of before are gone.")
    return 0
