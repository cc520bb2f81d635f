"""Copies to view, made in a process of its own with bounded memory and nothing else to touch.

Whoever calls this never decodes a picture: it hands over bytes and gets bytes, or the reason why
there are none. See `keng.files.pictures.decoding` for what runs there.
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from keng.kit.viewing_copies import NoCopy

LARGEST_SIDE = 2048
WITHIN_SECONDS = 60.0
# A copy of the largest side is a tenth of this.
_MOST_BYTES = 20 * 1024 * 1024
# The exit status of the process, see decoding.CopyRefusal.
_TOO_LARGE = 11
_JPEG = b"\xff\xd8\xff"
# Left, top, right and bottom as parts of the whole.
Corners = tuple[float, float, float, float]
_one_at_a_time = threading.Lock()


class CannotCopy(Exception):
    """There is no copy; holds why."""

    def __init__(self, reason: NoCopy) -> None:
        super().__init__(reason.value)
        self.reason = reason


def copy_picture(
    content: bytes,
    *,
    side: int = LARGEST_SIDE,
    most_bytes: int = 0,
    covered: Sequence[Corners] = (),
) -> bytes:
    """The picture as JPEG, upright, with nothing beside the pixels and these parts black.

    No longer than `side`; with `most_bytes` as good as fits into them. Raises CannotCopy.
    """
    wanted = {
        "size": len(content),
        "side": side,
        "most_bytes": most_bytes,
        "covered": list(covered),
    }
    if not _one_at_a_time.acquire(timeout=WITHIN_SECONDS):
        raise CannotCopy(NoCopy.LATE)
    try:
        code, made = _run(content, wanted)
    finally:
        _one_at_a_time.release()
    if code == _TOO_LARGE:
        raise CannotCopy(NoCopy.TOO_LARGE)
    # What it says is not believed further than this: a picture of ours, or none.
    if code != 0 or not made.startswith(_JPEG) or len(made) > _MOST_BYTES:
        raise CannotCopy(NoCopy.BROKEN)
    return made


def _run(content: bytes, wanted: dict[str, Any]) -> tuple[int, bytes]:
    """Its exit status and what it wrote. It reads everything before it writes anything."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "keng.files.pictures.decoding", json.dumps(wanted)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
    )
    assert process.stdin is not None  # noqa: S101 -- both are pipes
    assert process.stdout is not None  # noqa: S101
    watchdog = threading.Timer(WITHIN_SECONDS, process.kill)
    watchdog.start()
    try:
        # Had it ended already, its exit status says the rest.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(content)
        made = process.stdout.read(_MOST_BYTES + 1)
        if len(made) > _MOST_BYTES:
            process.kill()
        return process.wait(), made
    finally:
        watchdog.cancel()
        watchdog.join()
        process.kill()
        process.wait()
        process.stdout.close()
