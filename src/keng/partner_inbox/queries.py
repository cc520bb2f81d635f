"""Reads of the inboxes of partners, each in the role that may (inbox_role)."""

import uuid

from keng.accounts.models import Partner, PartnerMember
from keng.kit.sql_names import alphabetically
from keng.partner_inbox.inbox_role import in_inbox_role
from keng.partner_inbox.models import InboxHolder, InboxMatter, InboxMessage, PartnerInbox
from keng.tips import receipt_codes


def may_have_inbox(partner: Partner) -> bool:
    """Whether it is a body: a single person would be found by whoever is written about."""
    return partner.kind != Partner.Kind.PERSON


def open_inbox_of(partner: Partner) -> PartnerInbox | None:
    """The partner's inbox, if it takes something new. The public site reads this as itself."""
    if not (partner.is_active and may_have_inbox(partner)):
        return None
    known = PartnerInbox.objects.open().only("id", "partner_id", "keep_months", "closed_at")
    return known.filter(partner=partner).first()


def inboxes_elsewhere(partner: Partner) -> list[Partner]:
    """Other partners with an open inbox: of the whole province, then of the same place."""
    with_inbox = PartnerInbox.objects.open().values("partner_id")
    found = Partner.objects.active().filter(pk__in=with_inbox).exclude(pk=partner.pk)
    found = found.exclude(kind=Partner.Kind.PERSON).select_related("place")
    near = [
        other
        for other in found.order_by(alphabetically())
        if other.place is None
        or other.place.parent_id is None
        or other.place_id == partner.place_id
    ]
    return sorted(near, key=lambda other: other.place_id == partner.place_id)


def inbox_of(partner: Partner) -> PartnerInbox | None:
    """The partner's inbox with its key, also one that takes nothing new."""
    with in_inbox_role():
        return PartnerInbox.objects.filter(partner=partner).first()


def holder_of(member: PartnerMember) -> InboxHolder | None:
    """The member's key in use."""
    with in_inbox_role():
        return InboxHolder.objects.current().filter(member=member).first()


def holders_of(partner: Partner) -> list[InboxHolder]:
    """All keys in use of a partner, with their members."""
    with in_inbox_role():
        found = list(InboxHolder.objects.current().filter(partner=partner).order_by("made_at"))
    members = PartnerMember.objects.in_bulk([holder.member_id for holder in found])
    for holder in found:
        holder.member = members[holder.member_id]
    return [holder for holder in found if holder.member.is_active]


def matters_of(inbox: PartnerInbox) -> list[InboxMatter]:
    """What waits for the partner first, then what came last."""
    with in_inbox_role():
        found = InboxMatter.objects.filter(inbox=inbox)
        return list(found.order_by("ended_at", "-waits_for_partner", "-last_at"))


def matter_of_inbox(pk: uuid.UUID, inbox: PartnerInbox) -> InboxMatter | None:
    """One of them."""
    with in_inbox_role():
        return InboxMatter.objects.filter(pk=pk, inbox=inbox).first()


def waiting_matters(partner: Partner) -> int:
    """How many wait for an answer of the partner."""
    with in_inbox_role():
        waiting = InboxMatter.objects.filter(inbox__partner=partner, ended_at=None)
        return waiting.filter(waits_for_partner=True).count()


def messages_of(matter: InboxMatter) -> list[InboxMessage]:
    """In the order in which they were written."""
    with in_inbox_role():
        return list(InboxMessage.objects.filter(matter=matter).order_by("id"))


def matter_of_code(code: str) -> InboxMatter | None:
    """What a cleaned code opens."""
    with in_inbox_role():
        found = InboxMatter.objects.select_related("inbox")
        return found.filter(code_hash=receipt_codes.code_hash(code)).first()


def has_matter(code: str) -> bool:
    """Whether a cleaned code is of a matter."""
    return matter_of_code(code) is not None
