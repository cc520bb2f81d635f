"""What was destroyed in an inbox after a backup was made, and is destroyed again in its restore."""

import uuid

from keng.accounts.partner_signing import partner_chain
from keng.acts.work import work
from keng.audit.actions import record
from keng.partner_inbox.ending import end_inbox_of_nobody, end_key
from keng.partner_inbox.models import InboxHolder, InboxMatter, PartnerInbox
from keng.partner_inbox.purge import destroy_matters

_BY = "operator"


@work()
def destroy_withdrawn_matter_again(matter_id: uuid.UUID) -> None:
    """Whoever wrote it took it back."""
    matter = InboxMatter.objects.select_related("inbox").get(pk=matter_id)
    chain = partner_chain(matter.inbox.partner_id)
    destroy_matters([matter_id])
    record("matter.withdrawn", by=_BY, on=matter, chain=chain)


@work()
def end_inbox_key_again(holder_id: uuid.UUID) -> None:
    """A member's key was ended; what it opened in the backup it opens no more.

    It is one of the current keys, or was ended together with the last of them.
    """
    holder = InboxHolder.objects.get(pk=holder_id)
    if holder.ended_at is None:
        end_key(holder)
    chain = partner_chain(holder.partner_id)
    record("inbox.key_ended", by=_BY, on=holder, chain=chain)


@work()
def end_inbox_again(inbox_id: uuid.UUID) -> None:
    """Nobody could read it any more."""
    inbox = PartnerInbox.objects.get(pk=inbox_id)
    end_inbox_of_nobody(inbox)
    record("inbox.ended", by=_BY, on=inbox, chain=partner_chain(inbox.partner_id))
