"""Addresses that are dead: nothing more is sent there, and it stands on record."""

import uuid

from keng.acts.work import work
from keng.audit.actions import record
from keng.delivery.models import Delivery, PagerWay
from keng.kit import times
from keng.network.models import Group, LeadWay, Subscription

_Kind = Delivery.RecipientKind


@work()
def end_address(kind: str, ref: uuid.UUID, code: str, *, by: str) -> None:
    """The provider says that this address is dead; `by` is the process that heard it."""
    if kind == _Kind.SUBSCRIPTION:
        Subscription.objects.filter(pk=ref, stopped_at__isnull=True).update(stopped_at=times.now())
    elif kind == _Kind.GROUP:
        Group.objects.filter(pk=ref).update(is_active=False)
    elif kind == _Kind.LEAD:
        LeadWay.objects.filter(pk=ref).update(gone_at=times.now())
    elif kind == _Kind.PAGER:
        PagerWay.objects.filter(pk=ref).update(gone_at=times.now())
    record(
        "address.gone",
        by=by,
        on=None,
        chain="addresses",
        detail={"kind": kind, "ref": str(ref), "code": code},
    )
