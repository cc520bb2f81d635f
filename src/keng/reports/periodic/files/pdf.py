"""The report as tagged PDF (PDF/UA-1), with every Vietnamese letter inside the file."""

import dataclasses
import datetime
import json
import subprocess
import sys
import threading
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from keng.acts.errors import Refused
from keng.reports.models import Snapshot
from keng.reports.periodic.files.printed import printed_report

WITHIN_SECONDS = 30.0
# A report of every commune of a province has a third of this.
_MOST_BYTES = 8 * 1024 * 1024
_one_at_a_time = threading.Lock()


class CannotPrint(Refused):
    """The file could not be made in time."""

    sentence = gettext_lazy("The file could not be made just now. Try again in a minute.")


def write_pdf(signed: Snapshot) -> bytes:
    """The whole file. Raises CannotPrint."""
    return typeset("report", _said(signed), at=signed.signed_at)


def typeset(layout: str, said: dict[str, Any], *, at: datetime.datetime) -> bytes:
    """A document of one of the layouts of `typesetting`, as PDF. Raises CannotPrint."""
    wanted = {"layout": layout, "said": said, "at": int(at.timestamp())}
    if not _one_at_a_time.acquire(timeout=WITHIN_SECONDS):
        raise CannotPrint
    try:
        # The program is large and keeps what it has made: it lives as long as one file takes.
        made = subprocess.run(
            [sys.executable, "-I", "-m", "keng.reports.periodic.files.typesetting"],
            input=json.dumps(wanted).encode(),
            capture_output=True,
            timeout=WITHIN_SECONDS,
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


def _said(signed: Snapshot) -> dict[str, Any]:
    """Everything that stands in it, as report.typ reads it."""
    page = printed_report(signed)
    said = dataclasses.asdict(page)
    for section in (*said["blocks"], *said["annexes"]):
        section["sums"], section["parts"] = sorted(section["sums"]), sorted(section["parts"])
    return said | {
        "language": get_language() or "vi",
        "to": _("To: %(whom)s") % {"whom": "; ".join(page.head.addressees)},
        "recipients": _("Recipients:"),
        "annex": _("ANNEX"),
        "annex_of": _("(With the report %(number)s of %(issuer)s)")
        % {"number": page.head.number, "issuer": page.head.issuer},
    }
