"""The report as tagged PDF (PDF/UA-1), with every Vietnamese letter inside the file."""

import dataclasses
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keng.files.typeset import typeset
from keng.reports.models import Snapshot
from keng.reports.periodic.files.printed import printed_report


def write_pdf(signed: Snapshot) -> bytes:
    """The whole file. Raises typeset.CannotPrint."""
    return typeset("report", _content_of(signed), at=signed.signed_at)


def _content_of(signed: Snapshot) -> dict[str, Any]:
    """Everything that stands in it, as report.typ reads it."""
    page = printed_report(signed)
    content = dataclasses.asdict(page)
    for section in (*content["blocks"], *content["annexes"]):
        section["sums"], section["parts"] = sorted(section["sums"]), sorted(section["parts"])
    return content | {
        "language": get_language() or "vi",
        "to": _("To: %(whom)s") % {"whom": "; ".join(page.head.addressees)},
        "recipients": _("Recipients:"),
        "annex": _("ANNEX"),
        "annex_of": _("(With the report %(number)s of %(issuer)s)")
        % {"number": page.head.number, "issuer": page.head.issuer},
    }
