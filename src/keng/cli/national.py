"""keng national: gather what provinces publish of themselves, signed, into one page for everybody.

It needs no installation and no database: a folder with the list of instances is all there is.
"""

import argparse
import asyncio
import datetime as dt
import logging
import signal
import threading
from pathlib import Path

import django
from django.conf import settings

from keng.kit import times
from keng.kit.locked_folder import FolderInUse
from keng.national.gathered_folder import INSTANCES_FILE, GatheredFolder
from keng.national.national_pages import write_pages
from keng.national.national_server import NationalServer
from keng.national.overview import overview_of
from keng.national.province_instances import ProvinceInstance, WrongInstances
from keng.national.pulling import pull_due
from keng.runtime.errors import CannotContinue
from keng.runtime.locale import LOCALE, compile_catalogues

log = logging.getLogger(__name__)
PAGES_FOLDER = "public"
_SECONDS_BETWEEN_ROUNDS = 20.0
# What ends by its time must not stay current on the page.
_WRITTEN_AGAIN_AFTER = dt.timedelta(minutes=1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help=f"with the list of instances, `{INSTANCES_FILE}`")
    parser.add_argument("--name", default="Việt Nam", help="what stands at the head of the page")
    parser.add_argument("--address", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8011, help="where to listen (8011)")
    parser.add_argument(
        "--once", action="store_true", help="ask each once, write the pages, and end"
    )


def run(arguments: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO)
    _start_translations()
    folder = GatheredFolder(arguments.folder)
    try:
        with folder.held():
            # A list that is wrong from the beginning is said to whoever sits there.
            instances = folder.instances()
            pages = NationalPages(folder, arguments.name)
            pages.do_round(instances)
            if not arguments.once:
                _serve(pages, instances, arguments)
    except FolderInUse as error:
        raise CannotContinue(f"Another process gathers into {error}.") from None
    except FileNotFoundError:
        raise CannotContinue(
            f"{arguments.folder / INSTANCES_FILE} is missing: a line for each province, with its "
            "code, the address of its site and its key (`keng audit key` prints it there)."
        ) from None
    except WrongInstances as error:
        raise CannotContinue(f"{arguments.folder / INSTANCES_FILE}, {error}.") from None
    return 0


class NationalPages:
    """The pages of a folder: written anew when somebody was asked, and once a minute."""

    def __init__(self, folder: GatheredFolder, name: str) -> None:
        self.folder = folder
        self._name = name
        self._written_at: dt.datetime | None = None

    def do_round(self, instances: dict[str, ProvinceInstance]) -> None:
        """Ask whose turn it is, and say what is known now."""
        was_asked = asyncio.run(pull_due(self.folder, instances, now=times.now()))
        now = times.now()
        is_fresh = self._written_at is not None and (
            dt.timedelta(0) <= now - self._written_at < _WRITTEN_AGAIN_AFTER
        )
        if was_asked or not is_fresh:
            overview = overview_of(self.folder, instances, now=now)
            write_pages(self.folder.path / PAGES_FOLDER, overview, name=self._name)
            self._written_at = now


def _serve(
    pages: NationalPages,
    instances: dict[str, ProvinceInstance],
    arguments: argparse.Namespace,
) -> None:
    place = (arguments.address, arguments.port)
    server = NationalServer(place, pages.folder.path / PAGES_FOLDER)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(
        f"Listens at http://{arguments.address}:{server.server_port}. Provinces: {len(instances)}",
        flush=True,
    )
    while not stop.wait(_SECONDS_BETWEEN_ROUNDS):
        instances = _read_again(pages.folder, instances)
        pages.do_round(instances)
    server.shutdown()
    server.server_close()


def _read_again(
    folder: GatheredFolder, before: dict[str, ProvinceInstance]
) -> dict[str, ProvinceInstance]:
    """The list as it is now; a wrong one changes nothing until it is put right."""
    try:
        return folder.instances()
    except (WrongInstances, OSError) as error:
        log.warning("The list of instances cannot be taken, and stays as it was: %s.", error)
        return before


def _start_translations() -> None:
    """Django's translations without its database, for a machine that has no installation."""
    compile_catalogues()
    if not settings.configured:
        settings.configure(
            LANGUAGE_CODE="vi",
            LANGUAGES=[("vi", "Vietnamese"), ("en", "English")],
            LOCALE_PATHS=[str(LOCALE)],
            TIME_ZONE="Asia/Ho_Chi_Minh",
            USE_TZ=True,
        )
        django.setup()
