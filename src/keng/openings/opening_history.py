"""What the reporter is told of openings, and the numbers of a month that everybody reads."""

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Count, DateField, Q
from django.db.models.functions import TruncMonth

from keng.kit import times
from keng.vault.models import OpeningRequest


def openings_for_reporter(tip_id: uuid.UUID) -> list[OpeningRequest]:
    """What of a report was opened, oldest first; nothing that its second person kept back.

    Who asked and who agreed the reporter is not told: that is on record.
    """
    opened = OpeningRequest.objects.filter(
        tip_ref=tip_id, opened_at__isnull=False, is_reporter_told=True
    )
    return list(opened.only("what", "opened_at", "transfer_ref").order_by("opened_at"))


_MONTHS = 12


@dataclass(frozen=True, slots=True)
class OpeningMonth:
    """How often in one month, of the whole province; of a desk nothing is said."""

    first_day: datetime.date
    asked: int
    refused: int
    opened: int
    emergencies: int


def opening_months() -> list[OpeningMonth]:
    """The last months that are over, newest first. Small numbers a page does not say."""
    month = TruncMonth("asked_at", tzinfo=times.VIETNAM, output_field=DateField())
    rows = (
        # What goes along to another desk was opened by nobody here.
        OpeningRequest.objects.filter(transfer_ref=None)
        .annotate(month=month)
        .filter(month__lt=times.local_date(times.now()).replace(day=1))
        .values("month")
        .annotate(
            asked=Count("pk"),
            refused=Count("refused_at"),
            opened=Count("opened_at"),
            emergencies=Count("opened_at", filter=Q(is_emergency=True)),
        )
        .order_by("-month")[:_MONTHS]
    )
    return [
        OpeningMonth(row["month"], row["asked"], row["refused"], row["opened"], row["emergencies"])
        for row in rows
    ]
