"""Sets one document as PDF, in a process of its own that ends with it.

    python -I -m keng.files.typesetting < {"layout": …, "content": …, "at": …} > PDF

`content` is what the layout reads, `at` the moment that the file bears, in seconds, so that the
same report is the same file. It reads no other file, no typeface of the system and no network.
Where its typeface lacks a letter, that letter is the output, and LETTER_MISSING how it ends.
"""

import contextlib
import datetime
import json
import os
import re
import resource
import sys
from importlib import resources

import typst

from keng.kit.closed_memory import close_memory, forbid_new_privileges

LAYOUTS = {
    "report": ("keng.reports.periodic.files", "report.typ"),
    "hand_over": ("keng.reports.hand_over", "hand_over.typ"),
    "breach": ("keng.breaches", "breach.typ"),
    "poster": ("keng.warnings", "poster.typ"),
}
LETTER_MISSING = 3
_NOT_DRAWN = re.compile(r'the text `"(?P<letters>[^"`]{1,40})"` could not be displayed')
_MOST_MEMORY = 1500 * 1000**2
_MOST_CPU_SECONDS = 20
_POLITENESS = 5


def main() -> int:
    """One document, once."""
    close_memory()
    forbid_new_privileges()
    wanted = json.load(sys.stdin.buffer)
    package, name = LAYOUTS[wanted["layout"]]
    layout = (resources.files(package) / name).read_bytes()
    _confine()
    try:
        made = typst.compile(
            layout,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            sys_inputs={"content": json.dumps(wanted["content"])},
            timestamp=datetime.datetime.fromtimestamp(wanted["at"], datetime.UTC),
        )
    except typst.TypstError as error:
        missing = _NOT_DRAWN.search(str(error))
        if missing is None:
            raise
        _put_out(missing["letters"].encode())
        return LETTER_MISSING
    _put_out(made)
    return 0


def _put_out(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _confine() -> None:
    for what, limit in (
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_CPU, _MOST_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # Not every system has every limit; the time limit of the caller holds everywhere.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))
    os.nice(_POLITENESS)


if __name__ == "__main__":
    sys.exit(main())
