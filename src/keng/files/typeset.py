"""Documents as PDF: laid out by Typst, in a process of its own that ends with the file."""

import datetime
import json
import subprocess
import sys
import threading
from typing import Any

from django.utils.translation import gettext_lazy

from keng.acts.errors import Refused

TYPESET_SECONDS = 30.0
# A report of every commune of a province has a third of this.
_MOST_BYTES = 8 * 1024 * 1024
_one_at_a_time = threading.Lock()


class CannotPrint(Refused):
    """The file could not be made in time."""

    sentence = gettext_lazy("The file could not be made just now. Try again in a minute.")


def typeset(layout: str, said: dict[str, Any], *, at: datetime.datetime) -> bytes:
    """A document of one of the layouts of `typesetting`, as PDF. Raises CannotPrint."""
    wanted = {"layout": layout, "said": said, "at": int(at.timestamp())}
    if not _one_at_a_time.acquire(timeout=TYPESET_SECONDS):
        raise CannotPrint
    try:
        # The program is large and keeps what it has made: it lives as long as one file takes.
        made = subprocess.run(
            [sys.executable, "-I", "-m", "keng.files.typesetting"],
            input=json.dumps(wanted).encode(),
            capture_output=True,
            timeout=TYPESET_SECONDS,
            cwd="/",
            env={},
            check=True,
        ).stdout
    except (subprocess.SubprocessError, OSError) as error:
        raise CannotPrint from error
    finally:
        _one_at_a_time.release()
    if not made.startswith(b"%PDF-") or len(made) > _MOST_BYTES:
        raise CannotPrint
    return made
