"""Who of a partner reads its inbox: keys, phrases, letting in (docs/decisions/0044)."""

import uuid
from dataclasses import dataclass, field

from keng.accounts.models import PartnerMember
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record
from keng.kit import times
from keng.partner_inbox import acts, seals
from keng.partner_inbox.errors import HasKeyAlready, LastReader, NoInboxForPartner, WrongPhrase
from keng.partner_inbox.inbox_role import in_inbox_role
from keng.partner_inbox.models import InboxHolder, PartnerInbox
from keng.partner_inbox.queries import may_have_inbox


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
    member = _locked_member(by)
    phrase, pair = seals.new_phrase(), seals.InboxKeyPair.make()
    with in_inbox_role():
        mine = lock(InboxHolder.objects.current().filter(member=member)).first()
        if mine is not None and mine.inbox_key_sealed:
            raise HasKeyAlready
        if mine is not None:
            _end(mine)
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
    """Open the inbox with the member's phrase; the first key of a partner makes the inbox.

    None where another member has to let this one in first. Raises WrongPhrase.
    """
    member = _locked_member(by)
    with in_inbox_role():
        holder = lock(InboxHolder.objects.current().filter(member=member)).first()
        if holder is None:
            raise WrongPhrase
        private = seals.open_with_phrase(holder, phrase)
        if holder.proven_at is None:
            holder.proven_at = times.now()
            holder.save(update_fields=["proven_at"])
        inbox = PartnerInbox.objects.filter(partner=member.partner_id).first()
    if inbox is None:
        return open_inbox(holder, by=by)
    if not holder.inbox_key_sealed:
        return None
    return UnlockedInbox(holder, inbox, seals.open_inbox_key(holder, private))


@act(acts.OPEN_INBOX)
def open_inbox(holder: InboxHolder, *, by: PartnerMember) -> UnlockedInbox:
    """Make the partner's inbox, which this holder reads. Inside `prove_inbox_phrase`."""
    permit_over(holder.partner_id)
    pair = seals.InboxKeyPair.make()
    with in_inbox_role():
        inbox = PartnerInbox.objects.create(partner_id=holder.partner_id, public_key=pair.public)
        holder.inbox_key_sealed = seals.seal_inbox_key(pair.private, holder)
        holder.save(update_fields=["inbox_key_sealed"])
    record("inbox.opened", by=by, on=inbox, chain=partner_chain(holder.partner_id))
    return UnlockedInbox(holder, inbox, pair.private)


@act(acts.LET_IN)
def let_in(holder_id: uuid.UUID, *, unlocked: UnlockedInbox, by: PartnerMember) -> None:
    """Give the inbox's key to a colleague who typed their phrase. Raises NotAllowed."""
    member = _locked_member(by)
    with in_inbox_role():
        waiting = InboxHolder.objects.waiting().filter(
            partner_id=member.partner_id, proven_at__isnull=False
        )
        holder = lock(waiting).filter(pk=holder_id).first()
        if holder is None:
            raise NotAllowed
        holder.inbox_key_sealed = seals.seal_inbox_key(unlocked.private, holder)
        holder.save(update_fields=["inbox_key_sealed"])
    _record("inbox.member_let_in", holder, by)


@act(acts.END_INBOX_KEY)
def end_inbox_key(holder_id: uuid.UUID, *, by: PartnerMember) -> None:
    """End a key, one's own or a colleague's. Raises LastReader, NotAllowed."""
    member = _locked_member(by)
    with in_inbox_role():
        keys = InboxHolder.objects.current().filter(partner_id=member.partner_id)
        held = {holder.pk: holder for holder in lock(keys)}
        holder = held.pop(holder_id, None)
        mine = next((each for each in held.values() if each.member_id == member.pk), None)
        if holder is None or (holder.member_id != member.pk and not _reads(mine)):
            raise NotAllowed
        if _reads(holder) and not any(_reads(other) for other in held.values()):
            raise LastReader
        _end(holder)
    _record("inbox.key_ended", holder, by)


@act(acts.SET_INBOX)
def set_inbox(*, keep_months: int, is_open: bool, by: PartnerMember) -> None:
    """For how long matters are kept after their end, and whether the inbox takes something new."""
    member = _locked_member(by)
    with in_inbox_role():
        inbox = lock(PartnerInbox.objects.filter(partner=member.partner_id)).first()
        if inbox is None:
            raise NotAllowed
        inbox.keep_months = keep_months
        inbox.closed_at = None if is_open else inbox.closed_at or times.now()
        inbox.save(update_fields=["keep_months", "closed_at"])
    record(
        "inbox.set",
        by=by,
        on=inbox,
        chain=partner_chain(member.partner_id),
        detail={"months": keep_months, "open": is_open},
    )


def _locked_member(by: PartnerMember) -> PartnerMember:
    """The member, whose partner may have an inbox. Raises NoInboxForPartner."""
    permit_over(by.partner_id)
    if not may_have_inbox(by.partner):
        raise NoInboxForPartner
    return by


def _reads(holder: InboxHolder | None) -> bool:
    return holder is not None and bool(holder.inbox_key_sealed)


def _end(holder: InboxHolder) -> None:
    holder.ended_at = times.now()
    holder.private_box = holder.inbox_key_sealed = b""
    holder.save(update_fields=["ended_at", "private_box", "inbox_key_sealed"])


def _record(action: str, holder: InboxHolder, by: PartnerMember) -> None:
    record(action, by=by, on=holder, chain=partner_chain(holder.partner_id))
