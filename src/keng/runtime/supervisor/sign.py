"""By what a process of a data folder is known to whoever may not look into it (Linux)."""

import hashlib
import os
from pathlib import Path

from keng.kit.closed_memory import set_process_option

_PR_SET_NAME = 15


def process_sign(data: Path) -> str:
    """The name that `ps` shows for it: fifteen letters, as many as the system keeps."""
    return f"keng-{hashlib.sha256(os.fsencode(data)).hexdigest()[:10]}"


def sign_process(data: Path) -> None:
    """Bear it, as do the workers that this process starts by forking."""
    set_process_option(_PR_SET_NAME, process_sign(data).encode())


def is_signed(pid: int, data: Path) -> bool:
    """Whether a process bears it. Raises OSError when it is gone."""
    return Path(f"/proc/{pid}/comm").read_text().rstrip("\n") == process_sign(data)
