"""That a report is with the desk of another province, as its reporter reads it."""

import datetime
from dataclasses import dataclass

from keng.tips.models import Tip, Transfer


@dataclass(frozen=True, slots=True)
class TransferNotice:
    """Where it went and since when; `confirmed_at` is None until that desk said that it has it."""

    desk: str
    sent_at: datetime.datetime | None
    confirmed_at: datetime.datetime | None


def transfer_notice(tip: Tip) -> TransferNotice | None:
    """None where the report is here."""
    gone = Transfer.objects.filter(
        tip=tip,
        is_incoming=False,
        state__in=(Transfer.State.SENT, Transfer.State.WITH_THEM),
    )
    row = gone.values("their_desk", "other__name", "agreed_at", "confirmed_at").first()
    if row is None or row["agreed_at"] is None:
        return None
    return TransferNotice(
        desk=row["their_desk"] or row["other__name"],
        sent_at=row["agreed_at"],
        confirmed_at=row["confirmed_at"],
    )
