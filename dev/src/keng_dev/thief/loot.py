"""What a thief takes: the files of the database, its rows, the folders beside it, and a backup."""

import base64
import gzip
import io
import os
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from keng.kit.database import data_folder, dsn, is_external
from keng.language.fold import fold
from keng.runtime.backup import recipient
from keng.runtime.backup.saving import make_backup
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster
from keng_dev.thief.disguises import disguises, find_disguised, opened_streams
from keng_dev.thief.planting import PlantedPeople, photo_by

Found = tuple[str, str, bool, str]
"""What, where, whether it must be found, and in which form it was."""

_OPENS_UP_TO = 256 * 1024 * 1024
# Planted words begin alike (planting.py): where none of their beginnings is, none of them is.
_BEGINNING = 8
_FILES_WITHOUT_CONTROLS = {"database", "wal", "rows"}
_WAL = "pg_wal"
# The simulated phones of a demo: a message stands on the phone that it was typed in.
_OF_THE_PHONES = {"delivery_sandboxmessage", "demo_phonemessage"}


def take_copies(folder: Path, control: str) -> dict[str, Path]:
    """Each place by its name. In each the control word stands in clear, and beside it disguised."""
    if is_external():
        raise CannotContinue("The files of a PostgreSQL of your own are not here to be searched.")
    cluster = embedded_cluster()
    places = {name: folder / name for name in ("database", "wal", "rows", "folders", "backup")}
    places["rows"].mkdir()
    with psycopg.connect(dsn("owner")) as connection:
        for table, content in _rows(connection):
            (places["rows"] / table).write_bytes(content)
    # Its own place, taken first: a segment that is no longer needed is removed with a checkpoint.
    _copy(cluster.folder / _WAL, places["wal"])
    with cluster.connect() as connection:
        # What is in memory reaches the files, as it does within minutes.
        connection.execute("CHECKPOINT")
    _copy(cluster.folder, places["database"])
    shutil.rmtree(places["database"] / _WAL)
    for path in data_folder().iterdir():
        if path.is_dir() and path.name not in {"postgres", "backups", "run"}:
            _copy(path, places["folders"] / path.name)
    places["backup"].mkdir()
    _copy_of_backup(folder, places["backup"])
    for name in places.keys() - _FILES_WITHOUT_CONTROLS:
        write_controls(places[name], control)
    return places


def search(places: Mapping[str, Path], planted: PlantedPeople) -> list[Found]:
    """Whether each planted word is in each of these places."""
    found: list[Found] = []
    for place, folder in places.items():
        wanted = {(what, False): word for what, word in planted.sealed.items()}
        if place in _FILES_WITHOUT_CONTROLS:
            # No file of ours lies among a database's: it stands in the words of a report.
            wanted[("control, in the words", True)] = planted.control
        else:
            found += _control_forms(folder, planted.control, place)
        if place == "rows" and planted.pressed_control:
            wanted[("control, compressed", True)] = planted.pressed_control
        forms = _forms_in(folder, wanted)
        found += [(what, place, must, form) for (what, must), form in forms.items()]
    return found


def write_controls(folder: Path, control: str) -> None:
    """The word, in a file for each disguise."""
    for name, content in _control_files(control):
        (folder / name).write_bytes(content)


def _forms_in(folder: Path, wanted: Mapping[Any, str]) -> dict[Any, str]:
    """The form in which each word is in the folder, "" where it is not."""
    forms = dict.fromkeys(wanted, "")
    disguised = {what: disguises(word) for what, word in wanted.items()}
    beginnings: dict[str, set[Any]] = {}
    for what, word in wanted.items():
        beginnings.setdefault(word[:_BEGINNING], set()).add(what)
    of_beginnings = [(disguises(begin), whats) for begin, whats in beginnings.items()]
    for content in _contents(folder):
        for begin, whats in of_beginnings:
            if find_disguised(content, begin):
                for what in whats:
                    forms[what] = forms[what] or find_disguised(content, disguised[what])
    return forms


def _control_forms(folder: Path, control: str, place: str) -> list[Found]:
    """Whether each disguise of the control word was seen through, one file each."""
    wanted = disguises(control)
    return [
        (f"control, {name.partition('.')[2]}", place, True, _form_in(folder / name, wanted))
        for name, _ in _control_files(control)
    ]


def _form_in(file: Path, wanted: dict[bytes, str]) -> str:
    found = (find_disguised(content, wanted) for content in _contents(file))
    return next(filter(None, found), "")


def _control_files(control: str) -> Iterator[tuple[str, bytes]]:
    raw = control.encode()
    yield "control.clear", raw
    yield "control.folded", fold(control).encode()
    yield "control.reversed", control[::-1].encode()
    for before in ("", "x", "xy"):
        yield f"control.base64-{len(before)}", base64.b64encode(before.encode() + raw + b"yz")
    yield "control.hex", raw.hex().encode()
    long = b"." * 5000 + raw
    yield "control.gzip", b"before" + gzip.compress(long)
    yield "control.zip", _zip(long)
    yield "control.pdf", b"%PDF-1.7\n<< /Filter /FlateDecode >>\nstream\n" + zlib.compress(long)
    yield "control.jpg", photo_by(control, control)
    if zstd := shutil.which("zstd"):
        packed = subprocess.run(
            [zstd, "--stdout", "--quiet"], input=long, capture_output=True, check=True
        )
        yield "control.zstd", b"before" + packed.stdout


def _zip(content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", content)
    return written.getvalue()


def _rows(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, bytes]]:
    """Each table as its rows say it: what the files hold compressed stands here as it is."""
    names = connection.execute(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    for (table,) in names.fetchall():
        if table not in _OF_THE_PHONES:
            copy = sql.SQL("COPY {} TO STDOUT WITH (FORMAT binary)").format(sql.Identifier(table))
            with connection.cursor() as cursor, cursor.copy(copy) as rows:
                yield table, b"".join(bytes(part) for part in rows)


def _contents(place: Path) -> Iterator[bytes]:
    """Of each file what stands in it, and what is in compressed streams of it."""
    files = [place] if place.is_file() else sorted(place.rglob("*"))
    for file in files:
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            yield content
            if len(content) <= _OPENS_UP_TO:
                yield from opened_streams(content)


def _copy(source: Path, to: Path) -> None:
    """As far as it stands still: a file may go while it is copied."""
    for folder, _, names in os.walk(source):
        there = to / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        for name in names:
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink():
                try:
                    shutil.copyfile(file, there / name)
                except FileNotFoundError:
                    continue


def _copy_of_backup(folder: Path, to: Path) -> None:
    """One made now; to a key of its own where nobody has made one."""
    has_key = recipient.public_key_file().exists()
    if not has_key:
        recipient.make_recipient(folder / "thrown-away.key", os.urandom(16).hex())
    before = os.environ.get("KENG_BACKUPS")
    os.environ["KENG_BACKUPS"] = str(to)
    try:
        make_backup()
    finally:
        os.environ.pop("KENG_BACKUPS")
        if before is not None:
            os.environ["KENG_BACKUPS"] = before
        if not has_key:
            recipient.public_key_file().unlink(missing_ok=True)
