"""Copies to view, made in a process of its own with bounded memory and nothing else to touch.

Whoever calls this never decodes a picture: it hands over bytes and gets bytes, or the reason why
there are none. See `keng.files.pictures.decoding` and `pdf_pages` for what runs there.
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from keng.files.documents import pages_of_copy
from keng.files.killed_late import killed_after
from keng.kit.viewing_copies import NoCopy

LARGEST_SIDE = 2048
# A bank's statement of a year; of a longer document the officer sees how many are missing.
MOST_PAGES = 20
# A4 at 150 dots to the inch.
_PAGE_SIDE = 1754
WITHIN_SECONDS = 60.0
# A copy of the largest side is a tenth of this.
_MOST_BYTES = 20 * 1024 * 1024
# The exit statuses of the process, see decoding.CopyRefusal.
_REASONS = {11: NoCopy.TOO_LARGE, 12: NoCopy.LOCKED}
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
    made = _made_by("decoding", content, wanted)
    # What it says is not believed further than this: a picture of ours, or none.
    if not made.startswith(_JPEG):
        raise CannotCopy(NoCopy.BROKEN)
    return made


def copy_pages(content: bytes) -> bytes:
    """The first pages of a PDF as pictures, see `keng.files.documents`. Raises CannotCopy."""
    wanted = {
        "size": len(content),
        "side": _PAGE_SIDE,
        "pages": MOST_PAGES,
        "most_bytes": _MOST_BYTES - MOST_PAGES * 100,
    }
    made = _made_by("pdf_pages", content, wanted)
    try:
        pages, _total = pages_of_copy(made)
    except ValueError as error:
        raise CannotCopy(NoCopy.BROKEN) from error
    if not pages or not all(page.startswith(_JPEG) for page in pages):
        raise CannotCopy(NoCopy.BROKEN)
    return made


def _made_by(module: str, content: bytes, wanted: dict[str, Any]) -> bytes:
    """What a confined process wrote. Raises CannotCopy."""
    if not _one_at_a_time.acquire(timeout=WITHIN_SECONDS):
        raise CannotCopy(NoCopy.LATE)
    try:
        code, made = _run(module, content, wanted)
    finally:
        _one_at_a_time.release()
    if code in _REASONS:
        raise CannotCopy(_REASONS[code])
    if code != 0 or len(made) > _MOST_BYTES:
        raise CannotCopy(NoCopy.BROKEN)
    return made


def _run(module: str, content: bytes, wanted: dict[str, Any]) -> tuple[int, bytes]:
    """Its exit status and what it wrote. It reads everything before it writes anything."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", f"keng.files.pictures.{module}", json.dumps(wanted)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
    )
    assert process.stdin is not None  # noqa: S101 -- both are pipes
    assert process.stdout is not None  # noqa: S101
    with process, killed_after(process, WITHIN_SECONDS):
        # Had it ended already, its exit status says the rest.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(content)
        made = process.stdout.read(_MOST_BYTES + 1)
        if len(made) > _MOST_BYTES:
            process.kill()
        return process.wait(), made
