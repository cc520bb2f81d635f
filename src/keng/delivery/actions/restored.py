"""After a backup was restored: what it says is still to be sent may have gone out long ago."""

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record
from keng.delivery.models import ChannelAccount, Delivery, DigestEntry, Dispatch
from keng.kit import times

RESTORED_CODE = "restored"
"""Stands with each row: nobody knows what became of it after the backup was made."""


@dataclass(frozen=True, slots=True)
class SettledRows:
    """What was on its way when the backup was made."""

    unknown: int
    """Rows that an officer may send again, who knows better."""
    cancelled: int
    """Dispatches to many that had no rows yet; one that was held may have been let go since."""
    accounts: list[str]
    """Whose tokens work once, and were used up since."""


@work()
def settle_after_restore(backup_made_at: datetime.datetime | None = None) -> SettledRows:
    """Send none of it by a guess. Neither worker nor sender may run; safe to repeat.

    The entry says from when the backup is, where that is known: what was signed between then and
    now is lost with the restore, and `keng audit verify` says so.
    """
    cancelled = [dispatch.pk for dispatch in lock(Dispatch.objects.without_rows())]
    now = times.now()
    Dispatch.objects.filter(pk__in=cancelled).update(cancelled_at=now)
    # What waited for a digest may have been in one since; a digest itself is a row as any other.
    DigestEntry.objects.waiting().delete()
    unknown = len(lock(_under_way()).values_list("pk", flat=True))
    settled = {
        "state": Delivery.State.UNKNOWN,
        "settled_at": now,
        "leased_by": None,
        "leased_until": None,
        "code": RESTORED_CODE,
    }
    persons = _under_way().filter(recipient_kind__in=Delivery.PERSON_ALONE)
    persons.update(**settled, address_sealed=None, text_sealed=None)
    _under_way().update(**settled)
    accounts = ChannelAccount.objects.exclude(tokens_expire_at=None).values_list("slug", flat=True)
    found = SettledRows(unknown, len(cancelled), sorted(accounts))
    detail: dict[str, object] = {"unknown": unknown, "cancelled": len(cancelled)}
    if backup_made_at is not None:
        detail["backup_made_at"] = backup_made_at.astimezone(datetime.UTC).isoformat()
    record("data.restored", by="operator", on=None, chain="installation", detail=detail)
    return found


def count_under_way() -> int:
    """How many messages to somebody, and warnings without a list yet, would be stopped."""
    return _under_way().count() + Dispatch.objects.without_rows().count()


def _under_way() -> QuerySet[Delivery]:
    states = (Delivery.State.QUEUED, Delivery.State.LEASED, Delivery.State.NOT_NOW)
    return Delivery.objects.filter(state__in=states)
