"""keng witness: cosign the public log of somebody else, so that they cannot rewrite it.

It needs no installation: another province, a newspaper or the Front run it on a machine of theirs.
"""

import argparse
import logging
import signal
import threading
from pathlib import Path

from keng.cosigner.judging import CosigningWitness
from keng.cosigner.witness_folder import WitnessFolder
from keng.cosigner.witness_server import WitnessServer
from keng.kit.locked_folder import FolderInUse
from keng.merkle.notes import NoteKey
from keng.runtime.errors import CannotContinue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="its key and what it saw last; made when missing")
    parser.add_argument("--name", required=True, help="who cosigns, such as witness.example")
    parser.add_argument(
        "--log", action="append", default=[], metavar="KEY", help="know this log from now on"
    )
    parser.add_argument("--address", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8010, help="where to listen (8010)")
    parser.add_argument("--key", action="store_true", help="print its key and end")


def run(arguments: argparse.Namespace) -> int:
    folder = WitnessFolder(arguments.folder, arguments.name)
    try:
        with folder.held():
            for written in arguments.log:
                folder.add_log(NoteKey.read(written))
            known = folder.known_logs()
            print(f"Key of this witness: {folder.key().written}", flush=True)
            if not arguments.key:
                _serve(folder, arguments.address, arguments.port, list(known))
    except FolderInUse as error:
        raise CannotContinue(f"Another witness runs in {error}.") from None
    except ValueError as error:
        raise CannotContinue(f"A log or a name is not what it may be: {error}.") from None
    except FileNotFoundError as error:
        raise CannotContinue(
            f"{error} is missing, and this witness has cosigned already: put its key back."
        ) from None
    return 0


def _serve(folder: WitnessFolder, address: str, port: int, known: list[str]) -> None:
    logging.basicConfig(level=logging.INFO)
    server = WitnessServer((address, port), CosigningWitness(folder))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"Listens at http://{address}:{server.server_port}. Logs: {', '.join(known) or 'none'}")
    stop.wait()
    server.shutdown()
    server.server_close()
