"""The embedded server's log begins anew when it has grown, with its two predecessors beside it.

The server itself holds the file open and writes at its end, so that nobody has to read what it says
and it never waits. What it has written is therefore copied, and the file emptied.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from keng.kit.private_files import private_opener

LARGEST_SERVER_LOG = 10 * 1024 * 1024
# Times as large: without a copy, too.
_EMPTIED_ABOVE = 3


def rotate_server_log(file: Path) -> None:
    """Nothing while it is small. Of one that is much larger only the end is kept.

    A few lines that come while it is copied may be lost. Without a copy it stays as it is, until it
    is so large that the disk counts for more than what it says.
    """
    try:
        size = file.stat().st_size
    except OSError:
        return
    if size <= LARGEST_SERVER_LOG:
        return
    previous, oldest = (file.with_name(f"{file.name}.{number}") for number in (1, 2))
    with suppress(OSError):
        previous.replace(oldest)
    is_copied = _copy_end(file, previous, size)
    if is_copied or size > _EMPTIED_ABOVE * LARGEST_SERVER_LOG:
        with suppress(OSError):
            os.truncate(file, 0)


def _copy_end(file: Path, copy: Path, size: int) -> bool:
    try:
        with file.open("rb") as log, open(copy, "wb", opener=private_opener) as kept:
            log.seek(size - LARGEST_SERVER_LOG)
            shutil.copyfileobj(log, kept)
    except OSError:
        return False
    return True
