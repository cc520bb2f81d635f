"""What a backup holds: nothing is saved or left out by accident, and no frame is lost."""

import datetime
import io
import json
import os

import pytest
from django.db import connection

from keng.kit import backup_sign
from keng.runtime import ownership
from keng.runtime.backup import contents, recipient, shelf
from keng.runtime.backup.archive import DATA, FACTS, ArchiveReader, ArchiveWriter
from keng.runtime.backup.sealed_stream import (
    DATA_KEY_SIZE,
    BackupHead,
    DamagedBackup,
    FrameReader,
    FrameWriter,
)
from keng.runtime.errors import CannotContinue

KEY = os.urandom(DATA_KEY_SIZE)
HEAD = BackupHead(made_at="2026-11-30T00:00:00+00:00", key="0" * 16, sealed=b"sealed")
FRAME = 256 * 1024


def written(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    archive = ArchiveWriter(FrameWriter(file, HEAD, KEY))
    for name, content in members.items():
        archive.add_bytes(name, content)
    archive.close()
    return file.getvalue()


def read(raw: bytes, key: bytes = KEY) -> dict[str, bytes]:
    archive = ArchiveReader(FrameReader(io.BytesIO(raw), lambda _: key))
    return {member.name: member.content.read(10**8) for member in archive.members()}


MEMBERS = {FACTS: b"{}", f"{DATA}files/a": os.urandom(3 * FRAME), f"{DATA}files/b": b""}


def test_what_is_written_is_read():
    assert read(written(MEMBERS)) == MEMBERS


def end_of_head(raw: bytes) -> int:
    return raw.index(b"\n") + 1


def frame_at(raw: bytes, number: int) -> slice:
    start = end_of_head(raw)
    for _ in range(number):
        start += 4 + int.from_bytes(raw[start : start + 4])
    return slice(start, start + 4 + int.from_bytes(raw[start : start + 4]))


@pytest.mark.parametrize(
    "damaged",
    [
        lambda raw: raw[:-1],
        lambda raw: raw[: frame_at(raw, 3).start],
        lambda raw: raw + b"\0",
        lambda raw: raw + raw[frame_at(raw, 0)],
        lambda raw: raw[: frame_at(raw, 1).start] + raw[frame_at(raw, 2).start :],
        lambda raw: raw.replace(b"2026-11-30", b"2026-11-29"),
        lambda raw: raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:],
        lambda raw: raw[: end_of_head(raw)] + b"\xff\xff\xff\xff" + raw[end_of_head(raw) + 4 :],
    ],
    ids=["byte", "end", "more", "again", "frame", "head", "bit", "length"],
)
def test_whatever_is_changed_in_the_file_is_noticed(damaged):
    with pytest.raises(DamagedBackup):
        read(damaged(written(MEMBERS)))


def test_another_key_opens_nothing():
    with pytest.raises(DamagedBackup):
        read(written(MEMBERS), os.urandom(DATA_KEY_SIZE))


def test_what_is_no_backup_is_told_as_that():
    for raw in (b"", b"PGDMP\0\0", b'{"form": "keng backup 1"}\n', b"[]\n", b"{" * 40_000):
        with pytest.raises(CannotContinue, match="no backup of"):
            read(raw)


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    monkeypatch.setenv("KENG_DATA", str(folder))
    (folder / "keys").mkdir(parents=True)
    return folder


def test_the_private_half_opens_what_the_public_one_seals_and_wants_its_passphrase(data, tmp_path):
    with pytest.raises(CannotContinue, match="keng backup key"):
        recipient.recipient_here()
    file = tmp_path / "stick" / "keng.key"
    name = recipient.make_recipient(file, "the words of a test")
    public = recipient.recipient_here()
    assert (recipient.key_name(public), file.stat().st_mode & 0o777) == (name, 0o600)
    sealed = recipient.seal_data_key(KEY, public)
    assert (
        recipient.open_data_key(sealed, recipient.read_private_key(file, "the words of a test"))
        == KEY
    )
    with pytest.raises(CannotContinue, match="does not open"):
        recipient.read_private_key(file, "others")
    # Nothing of the private half lies in the data folder.
    assert [path.name for path in data.rglob("*")] == ["keys", "backup.public"]
    other = tmp_path / "other.key"
    recipient.make_recipient(other, "other words")
    with pytest.raises(CannotContinue, match="another key"):
        recipient.open_data_key(sealed, recipient.read_private_key(other, "other words"))


@pytest.mark.parametrize(
    "changed",
    [{"form": "of another kind"}, {"salt": "c2hvcnQ="}, {"private": 5}, {"salt": 5}],
    ids=str,
)
def test_a_file_that_is_no_private_half_is_called_so(data, tmp_path, changed):
    file = tmp_path / "keng.key"
    recipient.make_recipient(file, "the words of a test")
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    with pytest.raises(CannotContinue, match="no key of a backup"):
        recipient.read_private_key(file, "the words of a test")


def test_every_folder_of_the_data_folder_is_saved_or_left_out_with_a_reason():
    """A new one belongs into one of the two tables of keng.runtime.backup.contents."""
    folders = {
        *ownership.ACCOUNT_FOLDERS,
        *ownership.PASSED_FOLDERS,
        *ownership.CLOSED_FOLDERS,
        *ownership.READ_FOLDERS,
        "postgres",
    }
    undecided = {
        name
        for name in folders
        if not contents.is_left_out(name) and name.partition("/")[0] not in contents.SAVED
    }
    assert undecided == set()
    assert not contents.SAVED.keys() & contents.LEFT_OUT.keys()


def test_no_file_lies_in_a_folder_that_nobody_has_decided_about():
    """In the data folder of this test run, which has everything that a start makes."""
    from keng.kit.database import data_folder

    known = contents.SAVED.keys() | contents.LEFT_OUT.keys()
    there = {path.name for path in data_folder().iterdir()}
    assert there
    assert there - known == set()


def test_what_is_left_out_is_not_saved(data):
    for name in (
        "files/a",
        "files/waiting/b",
        "keys/site",
        "keys/worker/c",
        "keys/d.new",
        "logs/e",
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(b"x")
    (data / "files" / "link").symlink_to("/etc/hostname")
    assert [name for name, _ in contents.files_to_save(data)] == ["files/a", "keys/site"]


@pytest.mark.django_db
def test_no_row_refers_to_a_table_that_comes_back_empty():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confrelid::regclass::text, conrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s)",
            [list(contents.EMPTY_TABLES)],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL",
            [list(contents.EMPTY_TABLES)],
        )
        assert cursor.fetchall() == []


def test_old_backups_go_and_the_newest_stays_however_old_it_is(data, monkeypatch):
    now = datetime.datetime(2026, 11, 30, 3, tzinfo=datetime.UTC)
    folder = data / "backups"
    folder.mkdir()
    days = (40, 20, 15, 13, 1)
    for age in days:
        (folder / shelf.backup_name(now - datetime.timedelta(days=age))).touch()
    (folder / "keng-mine.backup").touch()
    removed = shelf.remove_old_backups(now)
    assert [path.name[5:13] for path in removed] == ["20261021", "20261110", "20261115"]
    monkeypatch.setenv("KENG_BACKUP_DAYS", "1")
    shelf.remove_old_backups(now + datetime.timedelta(days=90))
    assert sorted(path.name[5:13] for path in folder.iterdir()) == ["20261129", "mine.bac"]


def test_the_age_of_the_last_backup_is_known_to_who_may_not_see_it(data):
    assert backup_sign.backup_age() is None
    backup_sign.give_backup_sign()
    assert 0 <= backup_sign.backup_age() < 60
