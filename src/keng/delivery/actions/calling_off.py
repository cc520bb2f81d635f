"""Ending rows that have not arrived: what waits never leaves, what is under way is not retried.

With a row to one person alone its address and sealed words go, at the latest when it is settled.
"""

import datetime

from django.db.models import Case, F, QuerySet, Value, When

from keng.acts.locks import lock
from keng.delivery.models import Delivery
from keng.kit import times

MESSAGES_TO_LEADS = "relay"
"""The `source_kind` of a notice that tells leads of a dispatch, its `source_ref`."""
REMINDERS_TO_LEADS = "relay_reminder"
"""The same of a notice that reminds leads who asked for it."""
_WAITING = (Delivery.State.QUEUED, Delivery.State.NOT_NOW)
_UNDER_WAY = Delivery.State.LEASED


def call_off_deliveries(rows: QuerySet[Delivery], *, at: datetime.datetime | None = None) -> int:
    """Call these rows off in the caller's transaction; how many of them had not left.

    From here to the end of the transaction no sender can take one of them. What a sender holds
    already (a portion for each of its lanes) still goes out where its attempt has begun or is about
    to; it settles with whatever that brings, and is not tried again.
    """
    moment = at or times.now()
    # By their ids, as a sender records them, so that the two never wait for each other in a circle.
    open_rows = Delivery.objects.filter(
        pk__in=rows.order_by().values("pk"), state__in=[*_WAITING, _UNDER_WAY]
    )
    held = lock(open_rows).values_list("state", flat=True)
    unsent = sum(state != _UNDER_WAY for state in held)
    # Whoever sends a row needs its address still; that goes when it is settled (sender.sql). In the
    # statement that ends the row: no process may forget the address of one that still waits.
    waiting = open_rows.filter(state__in=_WAITING, recipient_kind__in=Delivery.PERSON_ALONE)
    waiting.update(
        called_off_at=moment,
        state=Delivery.State.CANCELLED,
        settled_at=moment,
        address_sealed=None,
        text_sealed=None,
    )
    open_rows.update(
        called_off_at=moment,
        state=Case(When(state=_UNDER_WAY, then=F("state")), default=Value("cancelled")),
        settled_at=Case(When(state=_UNDER_WAY, then=F("settled_at")), default=Value(moment)),
    )
    return unsent
