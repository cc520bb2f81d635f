"""Bringing a backup back into an empty place, so that nothing goes twice and nothing comes back.

The whole file is checked before anything is written. Then the database, all of it or nothing, and
the files; then what was on its way is settled as not known, and what was destroyed since is
destroyed again. A mark lies in the data folder until all of that is done.
"""

import datetime
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psycopg

from keng.kit import configuration
from keng.kit.database import data_folder, dsn, is_external
from keng.kit.private_files import create_private, make_private_folder
from keng.runtime.backup import client, destroyed
from keng.runtime.backup.archive import (
    DATA,
    DATABASE,
    PART_SIZE,
    ArchiveMember,
    ArchiveReader,
    read_facts,
)
from keng.runtime.backup.contents import is_left_out
from keng.runtime.backup.epoch_keys import bring_epoch_keys_back
from keng.runtime.backup.recipient import PrivateKey, open_data_key
from keng.runtime.backup.sealed_stream import DamagedBackup, FrameReader
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.restored import unfinished_restore
from keng.runtime.usable_storage import take_store_over

if TYPE_CHECKING:
    from keng.public_log.after_restore import ContinuedLog


@dataclass(frozen=True)
class BackupFacts:
    """What a backup says of itself."""

    made_at: datetime.datetime
    last_tip_at: datetime.datetime | None
    has_site_key: bool


@dataclass
class BroughtBack:
    """What a restore did, to be told."""

    facts: BackupFacts
    files: int
    unknown: int = 0
    openings: int = 0
    """Requests for an opening that are ended."""
    cancelled: int = 0
    accounts: list[str] = field(default_factory=list)
    wrap_keys: int | None = None
    """How many are back, or None where no folder of theirs was named."""
    log: "ContinuedLog | None" = None
    """What became of the public log."""
    again: destroyed.DoneAgain = field(default_factory=destroyed.DoneAgain)


def require_empty_place() -> None:
    """Raises CannotContinue unless nothing lies in the data folder but its settings."""
    data = data_folder()
    may_be_there = {configuration.SETTINGS_FILE_NAME, "lost+found"}
    if data.exists() and (there := {path.name for path in data.iterdir()} - may_be_there):
        raise CannotContinue(
            f"{data} is not empty ({', '.join(sorted(there)[:3])}): a backup comes back into an "
            "empty place only. Name another folder in KENG_DATA, or move this one away. Nothing "
            "was changed."
        )
    if is_external():
        with psycopg.connect(dsn("owner"), connect_timeout=5) as connection:
            if connection.execute("SELECT to_regclass('django_migrations')").fetchone() != (None,):
                raise CannotContinue(
                    "The database that DATABASE_URL names has tables already: a backup comes back "
                    "into an empty one only. Nothing was changed."
                )


def check_backup(file: Path, private: PrivateKey) -> BackupFacts:
    """Read all of it and write nothing. Raises CannotContinue, DamagedBackup."""
    facts = None
    with _opened(file) as source:
        for member in _archive(source, private).members():
            if facts is None:
                facts = _facts_of(member)
            elif not member.name.startswith((DATABASE, DATA)):
                raise DamagedBackup("The backup holds what no backup holds.")
    if facts is None:
        raise DamagedBackup("The backup is empty.")
    return facts


def bring_back(
    file: Path,
    private: PrivateKey,
    facts: BackupFacts,
    lists: Sequence[Path],
    epochs: Path | None = None,
) -> BroughtBack:
    """After `require_empty_place` and `check_backup`. Cut short, the place has to be emptied."""
    prepare_data_folder(data_folder())
    unfinished_restore().touch(mode=0o600)
    with running_database(may_create=True):
        files = _unpack(file, private)
        done = BroughtBack(facts, files)
        _settle(done, lists)
        if epochs is not None:
            # In the same run of the database: a connection does not outlive its server.
            done.wrap_keys = bring_epoch_keys_back(epochs, private)
    unfinished_restore().unlink()
    return done


def _unpack(file: Path, private: PrivateKey) -> int:
    from keng.runtime.roles import ensure_owner, ensure_roles  # noqa: PLC0415

    if not is_external():
        ensure_owner(embedded_cluster())
    ensure_roles(dsn("owner"))
    count = 0
    with _opened(file) as source:
        members = _archive(source, private).members()
        next(members)
        member = next(members, None)
        with client.restoring() as restore:
            while member is not None and member.name.startswith(DATABASE):
                while part := member.content.read(PART_SIZE):
                    restore.write(part)
                member = next(members, None)
        while member is not None:
            count += _put_back(member)
            member = next(members, None)
    return count


def _put_back(member: ArchiveMember) -> bool:
    """Whether it belongs here: this version may leave out what an older one saved."""
    name = member.name.removeprefix(DATA)
    parts = name.split("/")
    if name == member.name or name.startswith("/") or {"", ".", ".."} & set(parts):
        raise DamagedBackup("The backup names a file outside of the data folder.")
    if is_left_out(name):
        return False
    with os.fdopen(create_private(data_folder() / name), "wb") as file:
        while part := member.content.read(PART_SIZE):
            file.write(part)
    return True


def _settle(done: BroughtBack, lists: Sequence[Path]) -> None:
    from keng.runtime.migrate import migrate  # noqa: PLC0415 -- loads the product

    # Nothing of any version runs on it yet.
    migrate(follows_data=True, contracts=True)
    start_django()
    from keng.delivery.actions import restored  # noqa: PLC0415 -- needs the settings
    from keng.openings.after_restore import lapse_restored_openings  # noqa: PLC0415
    from keng.public_log.after_restore import continue_log_after_restore  # noqa: PLC0415

    # Before the entry with which a restored database starts.
    done.openings = lapse_restored_openings()
    settled = restored.settle_after_restore(done.facts.made_at)
    done.unknown, done.cancelled = settled.unknown, settled.cancelled
    done.accounts = settled.accounts
    done.log = continue_log_after_restore()
    done.again = destroyed.do_listed_again(lists, made_at=done.facts.made_at)
    # Whoever restored said that this is the installation from now on.
    take_store_over()
    # Another restore of the same backup needs them as well.
    own = destroyed.destroyed_folder()
    make_private_folder(own)
    for file in (file for folder in lists for file in folder.glob("destroyed-*.list")):
        if not (own / file.name).exists():
            with os.fdopen(create_private(own / file.name), "wb") as here:
                here.write(file.read_bytes())


def _facts_of(member: ArchiveMember) -> BackupFacts:
    facts = read_facts(member)
    try:
        last = facts["last_tip_at"]
        return BackupFacts(
            made_at=datetime.datetime.fromisoformat(str(facts["made_at"])),
            last_tip_at=datetime.datetime.fromisoformat(str(last)) if last else None,
            has_site_key=bool(facts["has_site_key"]),
        )
    except (KeyError, ValueError):
        raise DamagedBackup("The backup does not say what it is.") from None


def _opened(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise CannotContinue(f"{file} cannot be read ({error.strerror}).") from None


def _archive(source: IO[bytes], private: PrivateKey) -> ArchiveReader:
    return ArchiveReader(FrameReader(source, lambda head: open_data_key(head.sealed, private)))
