"""Who of a partner reads its inbox: keys, phrases, letting in (docs/decisions/0044).

Locks: the member, then the inbox, then keys, then matters.
"""

import uuid
from dataclasses import dataclass, field

from keng.accounts.models import PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record
from keng.kit import times
from keng.partner_inbox import acts, queries, seals
from keng.partner_inbox.ending import end_inbox_of_nobody, end_key
from keng.partner_inbox.errors import HasKeyAlready, LastReader, NoInboxForPartner, WrongPhrase
from keng.partner_inbox.models import InboxHolder, PartnerInbox


@dataclass(frozen=True, slots=True)
class UnlockedInbox:
    """What a member's phrase opened: the inbox's private half, for one request."""

    holder: InboxHolder
    inbox: PartnerInbox
    private: bytes = field(repr=False)


@act(acts.MAKE_INBOX_KEY)
def make_inbox_key(*, by: PartnerMember) -> str:
    """Make the member a key; the phrase that opens it, which is told this once.

    A key that was not let in yet is replaced: its phrase may not have been written down. Raises
    HasKeyAlready, NoInboxForPartner.
    """
    member = _lock_member(by)
    phrase, pair = seals.new_phrase(), seals.InboxKeyPair.make()
    with in_partner_role():
        mine = lock(InboxHolder.objects.current().filter(member=member)).first()
        if mine is not None and mine.inbox_key_sealed:
            raise HasKeyAlready
        if mine is not None:
            end_key(mine)
        holder = InboxHolder.objects.create(
            partner_id=member.partner_id,
            member=member,
            public_key=pair.public,
            private_box=seals.close_with_phrase(pair, phrase),
        )
    _record("inbox.key_made", holder, by)
    return phrase


@act(acts.PROVE_INBOX_PHRASE)
def prove_inbox_phrase(phrase: str, *, by: PartnerMember) -> UnlockedInbox | None:
    """Open the inbox with the member's phrase.

    Where nobody of the partner reads it makes the inbox, after the end of one that nobody reads any
    more. None where another member has to let this one in first. Raises WrongPhrase.
    """
    member = _lock_member(by)
    inbox = _lock_inbox(member.partner_id)
    with in_partner_role():
        holder = lock(InboxHolder.objects.current().filter(member=member)).first()
        if holder is None:
            raise WrongPhrase
        private = seals.open_with_phrase(holder, phrase)
        if holder.proven_at is None:
            holder.proven_at = times.now()
            holder.save(update_fields=["proven_at"])
    if inbox is not None and holder.inbox_key_sealed:
        return UnlockedInbox(holder, inbox, seals.open_inbox_key(holder, private))
    if inbox is not None and queries.has_reader(member.partner_id):
        return None
    if inbox is not None:
        end_inbox(inbox, by=by)
    return open_inbox(holder, by=by)


@act(acts.OPEN_INBOX)
def open_inbox(holder: InboxHolder, *, by: PartnerMember) -> UnlockedInbox | None:
    """Make the partner's inbox, which this holder reads. Inside `prove_inbox_phrase`.

    None where a colleague made it in this moment: they let this one in.
    """
    permit_over(holder.partner_id)
    pair = seals.InboxKeyPair.make()
    inbox = PartnerInbox(partner_id=holder.partner_id, public_key=pair.public)
    with in_partner_role():
        # Two at once wait here for each other.
        PartnerInbox.objects.bulk_create([inbox], ignore_conflicts=True)
        if not PartnerInbox.objects.filter(pk=inbox.pk).exists():
            return None
        holder.inbox_key_sealed = seals.seal_inbox_key(pair.private, holder)
        holder.save(update_fields=["inbox_key_sealed"])
    record("inbox.opened", by=by, on=inbox, chain=partner_chain(holder.partner_id))
    return UnlockedInbox(holder, inbox, pair.private)


@act(acts.END_INBOX)
def end_inbox(inbox: PartnerInbox, *, by: PartnerMember) -> None:
    """Nobody of the partner reads it. Inside `prove_inbox_phrase` and `end_inbox_key`."""
    permit_over(inbox.partner_id)
    with in_partner_role():
        end_inbox_of_nobody(inbox)
    record("inbox.ended", by=by, on=inbox, chain=partner_chain(inbox.partner_id))


@act(acts.LET_IN)
def let_in(holder_id: uuid.UUID, *, unlocked: UnlockedInbox, by: PartnerMember) -> None:
    """Give the inbox's key to a colleague who typed their phrase. Raises NotAllowed."""
    member = _lock_member(by)
    inbox, active = _lock_inbox(member.partner_id), queries.active_members(member.partner_id)
    if inbox is None or inbox.pk != unlocked.inbox.pk:
        raise NotAllowed
    with in_partner_role():
        waiting = InboxHolder.objects.waiting().filter(
            partner_id=member.partner_id, member_id__in=active, proven_at__isnull=False
        )
        holder = lock(waiting).filter(pk=holder_id).first()
        if holder is None:
            raise NotAllowed
        holder.inbox_key_sealed = seals.seal_inbox_key(unlocked.private, holder)
        holder.save(update_fields=["inbox_key_sealed"])
    _record("inbox.member_let_in", holder, by)


@act(acts.END_INBOX_KEY)
def end_inbox_key(holder_id: uuid.UUID, *, by: PartnerMember, leaves_unread: bool = False) -> None:
    """End a key, one's own or a colleague's, also of one who signs in no more.

    Of the last member who reads it ends only if nobody is to read what was written so far: the
    inbox ends with it. Raises LastReader, NotAllowed.
    """
    member = _lock_member(by)
    inbox, active = _lock_inbox(member.partner_id), queries.active_members(member.partner_id)
    with in_partner_role():
        keys = lock(InboxHolder.objects.current().filter(partner_id=member.partner_id))
        held = {holder.pk: holder for holder in keys}
        readers = {one.member_id for one in held.values() if one.inbox_key_sealed} & active
        holder = held.get(holder_id)
        if holder is None or (holder.member_id != member.pk and member.pk not in readers):
            raise NotAllowed
        is_last = readers == {holder.member_id}
        if is_last and not leaves_unread:
            raise LastReader
        end_key(holder)
    _record("inbox.key_ended", holder, by)
    if is_last and inbox is not None:
        end_inbox(inbox, by=by)


@act(acts.SET_INBOX)
def set_inbox(*, keep_months: int, is_open: bool, by: PartnerMember) -> None:
    """For how long matters are kept after their end, and whether the inbox takes something new."""
    member = _lock_member(by)
    inbox = _lock_inbox(member.partner_id)
    if inbox is None:
        raise NotAllowed
    inbox.keep_months = keep_months
    inbox.closed_at = None if is_open else inbox.closed_at or times.now()
    with in_partner_role():
        inbox.save(update_fields=["keep_months", "closed_at"])
    record(
        "inbox.set",
        by=by,
        on=inbox,
        chain=partner_chain(member.partner_id),
        detail={"months": keep_months, "open": is_open},
    )


def _lock_member(by: PartnerMember) -> PartnerMember:
    """The member, whose partner may have an inbox. Raises NoInboxForPartner."""
    locked = lock(PartnerMember.objects.select_related("partner")).get(pk=by.pk)
    permit_over(locked.partner_id)
    if not queries.may_have_inbox(locked.partner):
        raise NoInboxForPartner
    return locked


def _lock_inbox(partner_id: uuid.UUID) -> PartnerInbox | None:
    with in_partner_role():
        return lock(PartnerInbox.objects.current().filter(partner=partner_id)).first()


def _record(action: str, holder: InboxHolder, by: PartnerMember) -> None:
    record(action, by=by, on=holder, chain=partner_chain(holder.partner_id))
