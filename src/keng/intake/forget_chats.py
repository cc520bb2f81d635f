"""Forgetting by what a message or a file is known, once nothing is asked of it any more.

That is: out of which chat a message came, and by which hash a file is known if it is sent again.
An ending that can still be taken back keeps both: undoing it gives the chat back, and then the same
person must still count as one, and the same file must not be kept twice.
"""

import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.delivery.models import DedupeKey, Delivery, Inbound
from keng.kit import times
from keng.tips.models import Attachment, HeldEnding, Tip

# A provider that heard no answer sends a message again within minutes.
REPEATED_WITHIN = datetime.timedelta(hours=1)
DELIVERY_RECEIPTS_WITHIN = datetime.timedelta(days=7)
_PORTION = 500


@work()
def forget_message_hashes() -> int:
    """Drop the keyed hash from messages of tips that have ended, and of none; how many.

    Of none: a bare "stop" or "new tip", whose words nobody reads, so they go too. What waits for a
    survey or a look-up has no such row. A job of the worker.
    """
    needed = _tips_not_ended().filter(pk=OuterRef("tip_ref"))
    known = Inbound.objects.filter(~Exists(needed), conversation_hash__isnull=False)
    chosen = lock_available(known).values_list("pk", flat=True)
    due = Inbound.objects.filter(pk__in=list(chosen[:_PORTION]))
    due.filter(tip_ref=None).update(text="", latitude=None, longitude=None, raw_sealed=b"")
    return due.update(conversation_hash=None)


@work()
def forget_file_hashes() -> int:
    """Drop the keyed hash from files of tips that have ended; how many. A job of the worker.

    Whoever has the site's key and somebody's phone could compute it: with it gone, a file on the
    phone proves nothing. What is added to an ended tip twice is then kept twice.
    """
    needed = _tips_not_ended().filter(pk=OuterRef("tip"))
    known = Attachment.objects.exclude(keyed_hash=b"").filter(~Exists(needed))
    ids = list(lock_available(known).values_list("pk", flat=True)[:_PORTION])
    return Attachment.objects.filter(pk__in=ids).update(keyed_hash=b"")


@work()
def forget_message_ids() -> int:
    """Drop by which id the provider knows what was sent to a reporter; how many. A worker's job.

    Whoever has the provider's list would find the chat of a report by it. Only receipts need it.
    """
    known = Delivery.objects.filter(
        recipient_kind=Delivery.RecipientKind.CONVERSATION,
        settled_at__lt=times.now() - DELIVERY_RECEIPTS_WITHIN,
    ).exclude(provider_id="")
    ids = list(lock_available(known).values_list("pk", flat=True)[:_PORTION])
    return Delivery.objects.filter(pk__in=ids).update(provider_id="")


@work()
def forget_dedupe_keys() -> int:
    """Drop which message a key stands for: soon, and with the end of its tip; how many.

    Whoever has the site's key and somebody's phone could hash the ids of its messages. What comes
    again is still known by the key and writes nothing. A job of the worker.
    """
    needed = _tips_not_ended().filter(pk=OuterRef("tip_ref"))
    ended = Inbound.objects.filter(
        ~Exists(needed), pk=OuterRef("inbound_ref"), tip_ref__isnull=False
    )
    leading = DedupeKey.objects.filter(inbound_ref__isnull=False).order_by("at")
    due = leading.filter(Q(at__lte=times.now() - REPEATED_WITHIN) | Q(Exists(ended)))
    keys = list(lock_available(due).values_list("pk", flat=True)[:_PORTION])
    return DedupeKey.objects.filter(pk__in=keys).update(inbound_ref=None)


def _tips_not_ended() -> QuerySet[Tip]:
    """Tips that have not ended for good."""
    held = HeldEnding.objects.filter(decision__tip=OuterRef("pk"))
    return Tip.objects.filter(~Q(state=Tip.State.CLOSED) | Q(Exists(held)), withdrawn_at=None)
