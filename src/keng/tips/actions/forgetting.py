"""Forgetting out of which chat a message came, once nothing is asked of it any more."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from keng.delivery.models import Inbound
from keng.tips.models import HeldEnding, Tip

_PORTION = 500


@transaction.atomic
def forget_chats() -> int:
    """Drop the keyed hash from messages of tips that have ended, and of none; how many.

    A job of the worker. An ending that can still be taken back keeps it: undoing gives the chat
    back, and then the same person must still count as one.
    """
    needed = Tip.objects.filter(
        ~Q(state=Tip.State.CLOSED)
        | Exists(HeldEnding.objects.filter(decision__tip=OuterRef("pk"))),
        pk=OuterRef("tip_ref"), withdrawn_at=None,
    )  # fmt: skip
    known = Inbound.objects.filter(~Exists(needed), conversation_hash__isnull=False)
    chosen = known.select_for_update(no_key=True, of=("self",), skip_locked=True).values_list(
        "pk", flat=True
    )
    return Inbound.objects.filter(pk__in=list(chosen[:_PORTION])).update(conversation_hash=None)
