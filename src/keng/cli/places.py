"""keng places: the provinces and communes of Việt Nam, old and new."""

import argparse

from keng.cli.environment import database, start_django
from keng.cli.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="import|find")
    words.add_parser("import", help="read the tables that come with Kẻng")
    find = words.add_parser("find", help="codes by name, with or without accents")
    find.add_argument("name")


def run(arguments: argparse.Namespace) -> int:
    with database():
        start_django()
        from keng.places import importer  # noqa: PLC0415 -- needs the settings

        return importer.run() if arguments.word == "import" else _find(arguments.name)


def _find(name: str) -> int:
    from keng.language.fold import fold  # noqa: PLC0415 -- needs the settings
    from keng.places.models import Place  # noqa: PLC0415
    from keng.places.search import find  # noqa: PLC0415

    folded = fold(name).removeprefix("tinh ").removeprefix("thanh pho ")
    for place in Place.objects.filter(kind=Place.Kind.PROVINCE, valid_to=None, folded=folded):
        print(f"{place.code:<6} {place.full_name}")
    for match in find(name):
        print(f"{match.place.code:<6} {match.place.full_name}, {match.province}")
    if not Place.objects.exists():
        raise CannotContinue("There are no provinces yet: run `keng places import`.")
    return 0
