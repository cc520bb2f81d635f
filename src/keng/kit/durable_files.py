"""Private files that are on the disk once they are written, whole or as before for whoever reads.

What a killed writer leaves beside one ends in `.new`, which no backup holds.
"""

import os
import secrets
from pathlib import Path

from keng.kit.private_files import create_private


def write_new_file(path: Path, content: bytes) -> None:
    """A file that was not there. Raises FileExistsError."""
    with os.fdopen(create_private(path), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """In the place of the file before, if there is one; the last of two writers wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        write_new_file(draft, content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def destroy_file(path: Path) -> None:
    """With what killed writers left beside it. Raises FileNotFoundError."""
    for draft in path.parent.glob(f"{path.name}*.new"):
        draft.unlink(missing_ok=True)
    path.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in it on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
