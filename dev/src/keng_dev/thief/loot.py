"""What a thief takes: the files of the database, the folders beside it, and a backup."""

import base64
import gzip
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from keng.kit.database import data_folder, is_external
from keng.language.fold import fold
from keng.runtime.backup import recipient
from keng.runtime.backup.saving import make_backup
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster
from keng_dev.thief.disguises import disguises, find_disguised, opened_streams
from keng_dev.thief.planting import PlantedPeople

_OPENS_UP_TO = 256 * 1024 * 1024


def take_copies(folder: Path, control: str) -> dict[str, Path]:
    """Each place by its name. In each the control word stands in clear, and beside it disguised."""
    if is_external():
        raise CannotContinue("The files of a PostgreSQL of your own are not here to be searched.")
    cluster = embedded_cluster()
    with cluster.connect() as connection:
        # What is in memory reaches the files, as it does within minutes.
        connection.execute("CHECKPOINT")
    places = {name: folder / name for name in ("database", "folders", "backup")}
    _copy(cluster.folder, places["database"])
    for path in data_folder().iterdir():
        if path.is_dir() and path.name not in {"postgres", "backups", "run"}:
            _copy(path, places["folders"] / path.name)
    places["backup"].mkdir()
    _copy_of_backup(folder, places["backup"])
    for place in (places["folders"], places["backup"]):
        for name, content in _control_files(control):
            (place / name).write_bytes(content)
    return places


def search(places: dict[str, Path], planted: PlantedPeople) -> list[tuple[str, str, bool, str]]:
    """What, where, whether it must be found, and in which form it was."""
    found = []
    for place, folder in places.items():
        wanted = {(what, False): disguises(word) for what, word in planted.sealed.items()}
        if place == "database":
            # No file of ours lies among a database's: it stands in the words of a report.
            wanted[("control, in the words", True)] = disguises(planted.control)
        else:
            found += _control_forms(folder, planted.control, place)
        forms = dict.fromkeys(wanted, "")
        for content in _contents(folder):
            for key, disguised in wanted.items():
                forms[key] = forms[key] or find_disguised(content, disguised)
        found += [(what, place, must, form) for (what, must), form in forms.items()]
    return found


def _control_forms(folder: Path, control: str, place: str) -> list[tuple[str, str, bool, str]]:
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
    yield "control.base64", base64.b64encode(b"x" + raw + b"yz")
    yield "control.hex", raw.hex().encode()
    yield "control.gzip", b"before" + gzip.compress(b"." * 5000 + raw)
    if zstd := shutil.which("zstd"):
        packed = subprocess.run(
            [zstd, "--stdout", "--quiet"], input=b"." * 5000 + raw, capture_output=True, check=True
        )
        yield "control.zstd", b"before" + packed.stdout


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
