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


def rotate_server_log(file: Path) -> None:
    """Nothing while it is small. Of one that is much larger only the end is kept.

    A few lines that come while it is copied may be lost; a full disk costs the copy, and the file
    is emptied all the same.
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
    with suppress(OSError), file.open("rb") as log:
        log.seek(size - LARGEST_SERVER_LOG)
        with open(previous, "wb", opener=private_opener) as copy:
            shutil.copyfileobj(log, copy)
    with suppress(OSError):
        os.truncate(file, 0)
