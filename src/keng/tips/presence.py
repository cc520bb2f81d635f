"""Saying that one has a tip open: nothing goes on record, and a minute later it is forgotten."""

import datetime

from keng.accounts.models import Officer
from keng.kit import times
from keng.tips.models import Tip, TipReader

FORGOTTEN_AFTER = datetime.timedelta(seconds=60)


def stand_by(tip: Tip, *, by: Officer) -> None:
    """The officer has the tip open now. The caller has seen that they may."""
    TipReader.objects.bulk_create(
        [TipReader(tip=tip, officer=by, seen_at=times.now())],
        update_conflicts=True,
        unique_fields=["tip", "officer"],
        update_fields=["seen_at"],
    )


def forget_readers() -> int:
    """Delete who has gone; 0, since everything is done in one go."""
    TipReader.objects.filter(seen_at__lt=times.now() - FORGOTTEN_AFTER).delete()
    return 0
