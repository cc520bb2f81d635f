"""Reads of alerts of official sources: what waits for the province's desk, what became of it."""

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Q

from keng.accounts.who import PROVINCE_WORKING
from keng.kit import times
from keng.warnings.models import CapMessage, OfficialAlert, OfficialAlertQuerySet, Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def alerts_to_look_at(officer: "Officer") -> OfficialAlertQuerySet:
    """What came in and nobody has written from or put aside, the newest first.

    Neither what the source itself has replaced or cancelled, nor what is over.
    """
    if not PROVINCE_WORKING.includes(officer):
        return OfficialAlert.objects.none()
    return alerts_waiting(times.now()).order_by("-sent_at", "-id")


def alerts_waiting(now: datetime.datetime) -> OfficialAlertQuerySet:
    """The same for whoever works at the province's desk."""
    holds = Q(expires_at=None) | Q(expires_at__gt=now)
    found = OfficialAlert.objects.unchanged().filter(holds, warning=None, dismissed_at=None)
    return found.exclude(kind=CapMessage.Kind.CANCEL)


def visible_alert(alert_id: uuid.UUID, officer: "Officer") -> OfficialAlert | None:
    """The alert, if the officer works at the province's desk."""
    if not PROVINCE_WORKING.includes(officer):
        return None
    found = OfficialAlert.objects.with_what_became().select_related("warning")
    return found.filter(pk=alert_id).first()


def alert_of(warning: Warning) -> OfficialAlert | None:
    """The alert that the warning was written from, with what its source said later."""
    return OfficialAlert.objects.with_what_became().filter(warning=warning).first()
