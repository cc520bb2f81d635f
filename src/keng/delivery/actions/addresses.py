"""Addresses that are dead: nothing more is sent there, and it stands on record."""

import uuid

from django.db.models import Q, QuerySet

from keng.acts.work import work
from keng.audit.actions import record
from keng.delivery.models import Delivery, PagerWay
from keng.kit import times
from keng.network.models import Group, LeadWay, Subscription

_Kind = Delivery.RecipientKind


@work()
def end_address(
    kind: str, ref: uuid.UUID, code: str, *, by: str, written_to: Delivery | None = None
) -> None:
    """The provider says that this address is dead; `by` is the process that heard it.

    Where that was heard long after `written_to` went out, what was entered since stays.
    """
    if not _end(kind, ref, written_to):
        return
    record(
        "address.gone",
        by=by,
        on=None,
        chain="addresses",
        detail={"kind": kind, "ref": str(ref), "code": code},
    )


def _end(kind: str, ref: uuid.UUID, written_to: Delivery | None) -> bool:
    """Whether there is such an address; where somebody wrote or asked there is nothing to end."""
    if kind == _Kind.SUBSCRIPTION:
        waiting = Subscription.objects.filter(pk=ref, stopped_at__isnull=True)
        return waiting.update(stopped_at=times.now()) > 0
    if kind == _Kind.GROUP:
        return Group.objects.filter(pk=ref).update(is_active=False, gone_at=times.now()) > 0
    if kind == _Kind.LEAD:
        return _lead_ways(ref, written_to).update(gone_at=times.now()) > 0
    if kind == _Kind.PAGER:
        pagers = PagerWay.objects.filter(pk=ref)
        if written_to is not None:
            pagers = pagers.filter(added_at__lte=written_to.created_at)
        return pagers.update(gone_at=times.now()) > 0
    return False


def _lead_ways(lead_id: uuid.UUID, written_to: Delivery | None) -> QuerySet[LeadWay]:
    """A lead has one row, which another address is written into."""
    ways = LeadWay.objects.filter(pk=lead_id)
    if written_to is None:
        return ways
    is_older = Q(entered_at__isnull=True) | Q(entered_at__lte=written_to.created_at)
    return ways.filter(is_older, channel=written_to.channel)
