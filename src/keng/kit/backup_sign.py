"""When the last backup was made, for those who may not look where backups lie.

A file whose time alone counts, as the signs of life are; unlike these it outlives a stop.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder, private_opener


def give_backup_sign() -> None:
    """A backup was just made and verified."""
    with suppress(OSError):
        make_private_folder(_sign().parent)
        os.close(private_opener(str(_sign()), os.O_WRONLY | os.O_CREAT))
        os.utime(_sign())


def backup_age() -> float | None:
    """Seconds since the last one; None where none was made here."""
    try:
        return max(0.0, time.time() - _sign().stat().st_mtime)
    except OSError:
        return None


def _sign() -> Path:
    return data_folder() / "run" / "last-backup"
