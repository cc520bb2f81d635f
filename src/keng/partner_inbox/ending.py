"""Ending keys and inboxes. The caller works in the role that may, and records it."""

from keng.kit import times
from keng.partner_inbox.models import InboxHolder, InboxMatter, PartnerInbox


def end_key(holder: InboxHolder) -> None:
    """It opens nothing any more."""
    holder.ended_at = times.now()
    holder.private_box = holder.inbox_key_sealed = b""
    holder.save(update_fields=["ended_at", "private_box", "inbox_key_sealed"])


def end_inbox_of_nobody(inbox: PartnerInbox) -> None:
    """Nobody reads it: its keys open nothing, and who waits in it for an answer is told so."""
    for holder in InboxHolder.objects.reading().filter(partner=inbox.partner_id).order_by("pk"):
        end_key(holder)
    inbox.ended_at = times.now()
    inbox.save(update_fields=["ended_at"])
    waiting = InboxMatter.objects.filter(inbox=inbox, ended_at=None)
    waiting.update(ended_at=inbox.ended_at, waits_for_partner=False)
