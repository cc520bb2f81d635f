"""pg_dump and pg_restore: those of the embedded server, or for one's own server the machine's."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from keng.kit.database import dsn, is_external
from keng.runtime.backup.contents import EMPTY_TABLES
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster

# A database that takes longer needs another way than this one.
_TAKES_AT_MOST = 6 * 60 * 60.0
_LOCK_WAITS = "60s"


@contextmanager
def dumping(snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes, as it writes it. Raises CannotContinue where it did not end well."""
    left_out = [f"--exclude-table-data=public.{table}" for table in EMPTY_TABLES]
    command = [
        *(_program("pg_dump"), "--format=custom", "--no-comments", "--no-privileges"),
        *(f"--lock-wait-timeout={_LOCK_WAITS}", f"--snapshot={snapshot}", *left_out),
    ]
    with _client(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 -- it was asked for
        yield process.stdout


@contextmanager
def restoring() -> Iterator[IO[bytes]]:
    """Where to write what pg_dump wrote: all of it comes into the database, or nothing."""
    command = [
        *(_program("pg_restore"), "--exit-on-error", "--single-transaction", "--no-privileges"),
        "--no-owner",
    ]
    with _client(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 -- it was asked for
        try:
            yield process.stdin
        except BrokenPipeError:
            # It says itself why it reads no further.
            process.wait()


def require_client(program: str) -> None:
    """Raises CannotContinue where it is not to be had."""
    _program(program)


@contextmanager
def _client(command: list[str], **pipes: int) -> Iterator["subprocess.Popen[bytes]"]:
    known = conninfo_to_dict(dsn("owner"))
    # Not on the command line, which everybody of the machine reads.
    password = str(known.pop("password", "") or "")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if password:
        environment["PGPASSWORD"] = password
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, f"--dbname={make_conninfo('', **known)}"],
            env=environment,
            stderr=said,
            **pipes,  # type: ignore[call-overload]
        )
        too_long = threading.Timer(_TAKES_AT_MOST, process.kill)
        too_long.daemon = True
        too_long.start()
        try:
            yield process
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            code = process.wait()
        finally:
            too_long.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
        if code != 0:
            said.seek(0)
            words = said.read(2000).decode(errors="replace").strip() or "it was ended"
            raise CannotContinue(f"{Path(command[0]).name} did not end well: {words}")


def _program(name: str) -> str:
    if not is_external():
        return embedded_cluster().software.program(name)
    folder = os.environ.get("KENG_PG_BINDIR")
    found = str(Path(folder) / name) if folder else shutil.which(name)
    if found is None or not os.access(found, os.X_OK):
        raise CannotContinue(
            f"DATABASE_URL names a server of your own, and {name} is not on this machine: install "
            "the client programs of its PostgreSQL (`postgresql-client`), or name their folder in "
            "KENG_PG_BINDIR."
        )
    return found
