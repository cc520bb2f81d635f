"""Static files as browsers keep them: each under a name with its hash, packed beforehand.

A page that names `keng/desk.4f1c….css` may be sent it with leave to keep it for years, since other
bytes have another name. They lie in the data folder and are root's where root starts Kẻng, as the
code is: no process that strangers talk to can change a script of the desk.
"""

import hashlib
import os
import shutil
import stat
from pathlib import Path

from keng.kit.static_names import COLLECTED, static_folder

# What the files there were made of; other sources, or another way to pack, make them anew.
_MADE_OF = "made-of"


def collect_static_files() -> bool:
    """Bring the folder up to date with the code; whether there was anything to do.

    Files of before stay: a page that a browser has open still asks for them. Needs the settings.
    Raises ValueError where a stylesheet names a file that is not there.
    """
    from django.conf import settings  # noqa: PLC0415 -- needs the settings
    from whitenoise.storage import CompressedManifestStaticFilesStorage  # noqa: PLC0415

    folder = static_folder()
    if os.geteuid() == 0 and _may_be_changed_by_others(folder):
        # Whatever stands in it may be theirs: nothing is kept of it, nor written through it.
        shutil.rmtree(folder)
    sources = _sources()
    fingerprint = _fingerprint(sources)
    made_of = folder / _MADE_OF
    if made_of.exists() and made_of.read_text() == fingerprint and (folder / COLLECTED).exists():
        return False
    storage = CompressedManifestStaticFilesStorage(
        location=str(folder), base_url=settings.STATIC_URL
    )
    # The account of the processes reads them, whatever root's shell leaves to others.
    rights = os.umask(0o022)
    try:
        for name, source in sources.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        # Writes hashed names into stylesheets, packs, and saves the list of names last.
        named = {name: (storage, name) for name in sources}
        for _name, _hashed, outcome in storage.post_process(named):
            if isinstance(outcome, Exception):
                raise outcome
        made_of.write_text(fingerprint)
    finally:
        os.umask(rights)
    return True


def _may_be_changed_by_others(folder: Path) -> bool:
    """Whether something in it is not root's: of an earlier start as another account, or a link.

    Whose the folder itself is, `ownership.share_out_folders` asks.
    """
    found = (path.lstat() for path in folder.rglob("*"))
    return any(each.st_uid != 0 or stat.S_ISLNK(each.st_mode) for each in found)


def _sources() -> dict[str, Path]:
    """Every static file of the installed areas, by the name that a template gives it."""
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415

    found: dict[str, Path] = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            found.setdefault(name, Path(storage.path(name)))
    return found


def _fingerprint(sources: dict[str, Path]) -> str:
    made = hashlib.sha256(b"1")
    for name, path in sorted(sources.items()):
        made.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()
