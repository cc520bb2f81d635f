"""keng lookup: lists of others that the public look-up names as "listed by SOURCE"."""

import argparse
import datetime as dt
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.lookup.block_lists.reading import ListFault

_LONGEST_DAYS = 366


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="import|list|remove")
    bring = words.add_parser("import", help="a list that replaces what its source listed before")
    bring.add_argument("file", help='the file, or "-" for what is piped in')
    bring.add_argument("--source", required=True, help="shown to the public: listed by SOURCE")
    bring.add_argument("--licence", required=True, help="what its licence allows, in a few words")
    bring.add_argument("--expires", required=True, help="last day, such as 2027-03-31")
    bring.add_argument("--origin", default="", help="where the file comes from")
    bring.add_argument(
        "--format",
        required=True,
        choices=["hosts", "csv"],
        help="hosts: domains, one a line or behind an address; csv: columns type,value",
    )
    bring.add_argument(
        "--leave-out-faulty", action="store_true", help="take the other lines when some are faulty"
    )
    words.add_parser("list", help="the sources, how much each lists, until when")
    remove = words.add_parser("remove", help="a source with everything it lists")
    remove.add_argument("source")


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        words = {"import": _import, "list": _list, "remove": _remove}
        return words[arguments.word](arguments)


def _import(arguments: argparse.Namespace) -> int:
    from keng.lookup.block_lists import importing, reading  # noqa: PLC0415 -- needs the settings

    expires_on = _last_day(arguments.expires)
    for name, most in (("source", 80), ("licence", 200), ("origin", 300)):
        if len(getattr(arguments, name)) > most:
            raise CannotContinue(f"--{name}: {most} characters at most.")
    if not arguments.source.strip() or not arguments.licence.strip():
        raise CannotContinue("Name the source and what its licence allows.")
    try:
        with _opened(arguments.file) as file:
            result = importing.import_block_list(
                reading.read_block_list(file, arguments.format),
                source=arguments.source.strip(),
                licence=arguments.licence.strip(),
                origin=arguments.origin.strip(),
                expires_on=expires_on,
                leave_out_faulty=arguments.leave_out_faulty,
            )
    except importing.FaultyList as error:
        _print_faults(error.faults, error.count)
        raise CannotContinue(
            "Nothing was imported. Mend these lines, or add --leave-out-faulty."
        ) from None
    except importing.NothingListed:
        raise CannotContinue("The file lists nothing; what was there before stays.") from None
    except reading.NotThisFormat as error:
        raise CannotContinue(f"{arguments.file}: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CannotContinue(f"{arguments.file}: {error}") from None
    _print_faults(result.left_out, result.left_out_count)
    if result.struck:
        print(f"{result.struck} not listed again: an objection took them off.")
    name, day = result.source.name, expires_on.isoformat()
    print(f"{result.listed} listed by {name!r} until {day}; what it lists no longer is gone.")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from keng.kit import times  # noqa: PLC0415 -- needs the settings
    from keng.lookup.block_lists.importing import block_list_sources  # noqa: PLC0415

    today = times.local_date(times.now())
    found = list(block_list_sources())
    for source, listed in found:
        ended = "" if source.expires_on >= today else "  ENDED: shown no longer"
        print(f"{source.name}: {listed} listed, until {source.expires_on}{ended}")
        print(f"  {source.licence}" + (f"; from {source.origin}" if source.origin else ""))
    if not found:
        print("No list of others yet: `keng lookup import FILE --source NAME …`.")
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from keng.lookup.block_lists.importing import remove_block_list  # noqa: PLC0415 -- needs the settings
    from keng.lookup.models import BlockList  # noqa: PLC0415

    source = BlockList.objects.filter(name=arguments.source).first()
    if source is None:
        raise CannotContinue(f"No source is called {arguments.source!r}: see `keng lookup list`.")
    if remove_block_list(source):
        print(f"{arguments.source!r} is gone with everything it listed.")
    else:
        print(f"{arguments.source!r} lists nothing more. Its name stays: people objected to it.")
    return 0


def _last_day(written: str) -> dt.date:
    from keng.kit import times  # noqa: PLC0415 -- needs the settings

    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        raise CannotContinue(f"--expires: {written!r} is no day such as 2027-03-31.") from None
    today = times.local_date(times.now())
    if not today < day <= today + dt.timedelta(days=_LONGEST_DAYS):
        raise CannotContinue("--expires: a day within the next year; then the list is renewed.")
    return day


def _opened(name: str) -> AbstractContextManager[TextIO]:
    if name == "-":
        return nullcontext(sys.stdin)
    return Path(name).open(encoding="utf-8-sig", newline="")


def _print_faults(faults: "list[ListFault]", count: int) -> None:
    for fault in faults:
        print(f"line {fault.line}: {fault.why}")
    if count > len(faults):
        print(f"… and {count - len(faults)} more.")
