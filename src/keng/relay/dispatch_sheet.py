"""What came of a dispatch as a sheet: counts only, no name and no address of anybody."""

import csv
import io

from django.utils.translation import gettext as _

from keng.delivery.queries.missed import MissedLine
from keng.delivery.queries.outcomes import DispatchOutcome


def outcome_csv(outcome: DispatchOutcome, missed: list[MissedLine]) -> bytes:
    """By channel, then who was missed; with the mark and the semicolons that Excel expects."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        [
            _("Channel"),
            _("Arrived"),
            _("Sent, no receipt there"),
            _("Waiting"),
            _("Put off"),
            _("Not known"),
            _("Did not arrive"),
            _("Sum"),
        ]
    )
    for row in (*outcome.rows, outcome.total):
        counts = (row.arrived, row.sent, row.waiting, row.later, row.unknown, row.failed, row.total)
        writer.writerow([row.label, *counts])
    writer.writerow([_("May have come twice"), outcome.may_have_come_twice])
    writer.writerow([])
    writer.writerow(
        [_("Place"), _("Kind"), _("Channel"), _("Reason"), _("Next best way"), _("Number")]
    )
    for line in missed:
        writer.writerow(
            [line.place, line.kind, line.channel, line.reason, line.next_words, line.count]
        )
    return out.getvalue().encode("utf-8-sig")
