"""Documents as PDF: laid out by Typst, in a process of its own that ends with the file."""

import datetime
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.acts.errors import Refused

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TYPESET_SECONDS = 30.0
# A report of every commune of a province has a third of this.
_MOST_BYTES = 8 * 1024 * 1024
# How typesetting says that its output is a letter that it has not; that module loads the program.
_LETTER_MISSING = 3
_one_at_a_time = threading.RLock()


class CannotPrint(Refused):
    """The file could not be made in time."""

    sentence: "str | _StrPromise" = gettext_lazy(
        "The file could not be made just now. Try again in a minute."
    )


class LetterMissing(CannotPrint):
    """The typeface lacks a letter of it: trying again helps nobody."""

    def __init__(self, letters: str) -> None:
        super().__init__()
        self.letters = letters
        self.sentence = _(
            "The file cannot be made: its typeface has no “%(letters)s”. "
            "Write that in other letters."
        ) % {"letters": letters}


@contextmanager
def turn_to_typeset(seconds: float) -> Iterator[None]:
    """Nothing else of this process is typeset meanwhile. Raises CannotPrint after these seconds."""
    if not _one_at_a_time.acquire(timeout=seconds):
        raise CannotPrint
    try:
        yield
    finally:
        _one_at_a_time.release()


def typeset(layout: str, content: dict[str, Any], *, at: datetime.datetime) -> bytes:
    """A document of one of the layouts of `typesetting`, as PDF.

    Raises CannotPrint, and LetterMissing, which is one.
    """
    wanted = {"layout": layout, "content": content, "at": int(at.timestamp())}
    with turn_to_typeset(TYPESET_SECONDS):
        done = _run_program(json.dumps(wanted).encode())
    if done.returncode == _LETTER_MISSING:
        raise LetterMissing(done.stdout.decode())
    made = done.stdout
    if done.returncode or not made.startswith(b"%PDF-") or len(made) > _MOST_BYTES:
        raise CannotPrint
    return made


def _run_program(wanted: bytes) -> subprocess.CompletedProcess[bytes]:
    """It is large and keeps what it has made: it lives as long as one file takes."""
    try:
        return subprocess.run(
            [sys.executable, "-I", "-m", "keng.files.typesetting"],
            input=wanted,
            capture_output=True,
            timeout=TYPESET_SECONDS,
            cwd="/",
            env={},
            check=False,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise CannotPrint from error
