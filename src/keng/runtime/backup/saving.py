"""Making a backup of a running system, without a plain copy of anything on the disk.

One snapshot of the database, then the files: what a row names was there before the row. The key of
the frames is held in memory until the file was read again and found whole; then only the holder of
the private half has it.
"""

import datetime
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

import keng
from keng.kit import backup_sign
from keng.kit.database import data_folder, dsn, is_external, session_name
from keng.kit.durable_files import sync_folder
from keng.kit.private_files import make_private_folder, private_opener
from keng.runtime.backup import client, destroyed, recipient, shelf
from keng.runtime.backup.archive import (
    DATA,
    DATABASE,
    FACTS,
    PART_SIZE,
    ArchiveReader,
    ArchiveWriter,
    Manifest,
)
from keng.runtime.backup.contents import files_to_save
from keng.runtime.backup.sealed_stream import (
    DATA_KEY_SIZE,
    BackupHead,
    DamagedBackup,
    FrameReader,
    FrameWriter,
)
from keng.runtime.errors import CannotContinue

_UNFINISHED = ".unfinished"
# Left on the disk beside a backup as large as the last one.
_LEFT_FREE = 512 * 1024 * 1024
_HAS_TIPS = "SELECT to_regclass('tips_tip') IS NOT NULL"


@dataclass(frozen=True)
class MadeBackup:
    """One that was written, and found whole when it was read again."""

    file: Path
    size: int
    files: int
    removed: list[Path]


def make_backup() -> MadeBackup:
    """On a running database. Raises CannotContinue; a file that is not whole never has its name."""
    public = recipient.recipient_here()
    client.require_client("pg_dump")
    folder = shelf.backup_folder()
    make_private_folder(folder)
    with _only_one(folder):
        _require_room(folder)
        now = datetime.datetime.now(datetime.UTC)
        file = folder / shelf.backup_name(now)
        draft = file.with_name(file.name + _UNFINISHED)
        try:
            data_key = os.urandom(DATA_KEY_SIZE)
            manifest = _write(draft, now, public, data_key)
            _verify(draft, data_key, manifest)
            draft.rename(file)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        # The new name is on the disk before an old file goes.
        sync_folder(folder)
        removed = shelf.remove_old_backups(now)
        destroyed.remove_old_lists(now - datetime.timedelta(days=shelf.kept_days() + 1))
    backup_sign.give_backup_sign()
    files = sum(name.startswith(DATA) for name in manifest)
    return MadeBackup(file, file.stat().st_size, files, removed)


def _write(draft: Path, now: datetime.datetime, public: bytes, data_key: bytes) -> Manifest:
    head = BackupHead(
        made_at=now.isoformat(timespec="seconds"),
        key=recipient.key_name(public),
        sealed=recipient.seal_data_key(data_key, public),
    )
    with open(draft, "xb", opener=private_opener) as file:
        archive = ArchiveWriter(FrameWriter(file, head, data_key))
        with _snapshot() as (snapshot, last_tip):
            facts = {
                "made_at": head.made_at,
                "keng": keng.VERSION,
                "last_tip_at": last_tip and last_tip.isoformat(),
                "has_site_key": "KENG_SECRET_KEY" not in os.environ,
                "own_server": is_external(),
            }
            archive.add_bytes(FACTS, json.dumps(facts).encode())
            _add_database(archive, snapshot)
        for name, path in files_to_save(data_folder()):
            archive.add_file(DATA + name, path)
        archive.close()
        file.flush()
        os.fsync(file.fileno())
    return archive.manifest


def _add_database(archive: ArchiveWriter, snapshot: str) -> None:
    with client.dumping(snapshot) as dump:
        count = 0
        while part := dump.read(PART_SIZE):
            archive.add_bytes(f"{DATABASE}{count:06}", part)
            count += 1


def _verify(draft: Path, data_key: bytes, manifest: Manifest) -> None:
    """Read it whole again, as somebody would who restores it. Raises DamagedBackup."""
    with draft.open("rb") as file:
        # From the disk, and not from what the system still remembers of it.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        archive = ArchiveReader(FrameReader(file, lambda _: data_key))
        for _ in archive.members():
            pass
    if archive.found != manifest:
        raise DamagedBackup("What lies on the disk is not what was written.")


@contextmanager
def _snapshot() -> Iterator[tuple[str, datetime.datetime | None]]:
    """What pg_dump sees, held as long as it takes to begin and end; and the last tip in it."""
    with psycopg.connect(dsn("owner"), application_name=session_name("backup")) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (has_tips,) = connection.execute(_HAS_TIPS).fetchone() or (False,)
        if not has_tips:
            raise CannotContinue("There are no tables yet: nothing is to be saved.")
        row = connection.execute("SELECT max(received_at) FROM tips_tip").fetchone()
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        yield str(snapshot), row[0] if row else None


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with open(folder / "lock", "ab", opener=private_opener) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotContinue("Another `keng backup` is at work.") from None
        # What a killed one left.
        for left in folder.glob(f"*{_UNFINISHED}"):
            left.unlink(missing_ok=True)
        yield


def _require_room(folder: Path) -> None:
    made = shelf.backups_here()
    likely = made[-1][1].stat().st_size if made else 0
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < likely + _LEFT_FREE:
        raise CannotContinue(
            f"{folder} has room for {free / 1024**2:.0f} MB, and a backup is likely to take "
            f"{likely / 1024**2:.0f}: make room, name another folder in KENG_BACKUPS, or keep "
            "them for fewer days (KENG_BACKUP_DAYS)."
        )
