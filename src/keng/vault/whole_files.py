"""Files that are there whole or as before, whoever is killed over writing them."""

import os
from pathlib import Path

from keng.kit.private_files import make_private_folder


def write_whole(path: Path, text: str) -> None:
    """On the disk, for this account alone, in the place of the file before if there is one."""
    make_private_folder(path.parent)
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in it on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
