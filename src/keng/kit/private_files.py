"""Files of one account alone, whatever rights the shell that started us leaves to others.

What root makes in a folder of another account is that account's: the processes read and remove it.
"""

import os
import stat
from pathlib import Path

_RIGHTS = 0o600
_RIGHTS_OF_FOLDER = 0o700


def private_opener(path: str, flags: int) -> int:
    """An `opener` for `open()`: made or found, the file is readable by its account alone."""
    # Not through a link that somebody laid there: root would write where it leads.
    descriptor = os.open(path, flags | os.O_NOFOLLOW, _RIGHTS)
    os.fchmod(descriptor, _RIGHTS)
    _give_to_owner_of(os.path.dirname(path) or ".", descriptor)  # noqa: PTH120 -- a plain string
    return descriptor


def create_private(path: Path) -> int:
    """A new file, open for writing; its folders are made. Raises FileExistsError."""
    make_private_folder(path.parent)
    return private_opener(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL)


def make_private_folder(folder: Path) -> None:
    """The folder and those above it, where they are missing; each is its parent's owner's."""
    if folder.is_dir():
        return
    make_private_folder(folder.parent)
    try:
        folder.mkdir(mode=_RIGHTS_OF_FOLDER)
    except FileExistsError:
        return
    if os.geteuid() == 0:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _give_to_owner_of(folder.parent, descriptor)
        finally:
            os.close(descriptor)


def _give_to_owner_of(folder: "str | Path", descriptor: int) -> None:
    if os.geteuid() != 0:
        return
    owner = Path(folder).stat()
    own = os.fstat(descriptor)
    # A second name of the file may stand anywhere, as that of a file which is not ours to give.
    is_alone = stat.S_ISDIR(own.st_mode) or own.st_nlink == 1
    if own.st_uid == 0 and owner.st_uid != 0 and is_alone:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
