"""What came of a dispatch as a sheet: counts only, no name and no address of anybody."""

import csv
import io
from typing import Any

from django.utils.translation import gettext as _

from keng.delivery.queries.missed import MissedLine
from keng.delivery.queries.outcomes import OUTCOME_COLUMNS, DispatchOutcome, OutcomeRow
from keng.delivery.queries.outcomes_of_groups import OutcomeOfGroups


def outcome_csv(
    outcome: DispatchOutcome, groups: OutcomeOfGroups, missed: list[MissedLine]
) -> bytes:
    """By channel; groups by kind and by place; who was missed. With the mark and the semicolons
    that Excel expects.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_("Channel"), *_column_names()])
    writer.writerows([row.label, *_counts(row)] for row in (*outcome.rows, outcome.total))
    writer.writerow([_("May have come twice"), outcome.may_have_come_twice])
    writer.writerow([])
    writer.writerow([_("Kind of group"), *_column_names()])
    writer.writerows([row.label, *_counts(row)] for row in groups.by_kind)
    writer.writerow([])
    writer.writerow([_("Commune"), _("Hamlet"), *_column_names()])
    writer.writerows(
        [place.commune, place.hamlet, *_counts(place.row)] for place in groups.by_hamlet
    )
    writer.writerow([_("People who subscribed are counted by channel only.")])
    writer.writerow([])
    writer.writerow(
        [_("Place"), _("Kind"), _("Channel"), _("Reason"), _("Next best way"), _("Number")]
    )
    for line in missed:
        writer.writerow(
            [line.place, line.kind, line.channel, line.reason, line.next_words, line.count]
        )
    return out.getvalue().encode("utf-8-sig")


def _column_names() -> list[str]:
    return [
        _("Arrived"),
        _("Sent, no receipt there"),
        _("Waiting"),
        _("Put off"),
        _("Not known"),
        _("Did not arrive"),
        _("Sum"),
    ]


def _counts(row: OutcomeRow) -> list[Any]:
    return [*(getattr(row, name) for name in OUTCOME_COLUMNS), row.total]
