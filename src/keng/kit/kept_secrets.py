"""Secrets that a process read before it gave up the right to read them.

Started by root it becomes an account that may open neither keys nor passwords: what it was to have
of them it has in memory, and whoever takes the process over finds no more than that.
"""

from pathlib import Path

_KEPT: dict[Path, bytes] = {}


def keep_secret(path: Path) -> None:
    """Read it now; what is missing is missed by whoever asks for it."""
    try:
        _KEPT[path] = path.read_bytes()
    except FileNotFoundError:
        _KEPT.pop(path, None)


def read_secret(path: Path) -> bytes:
    """What was kept of this file, else what it holds now."""
    kept = _KEPT.get(path)
    return path.read_bytes() if kept is None else kept
