"""Reads of the inboxes of partners, each in the role that may (accounts.partner_role)."""

import uuid
from collections.abc import Sequence

from django.db.models import F
from django.http import HttpRequest

from keng.accounts.models import Partner, PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.kit.pagination import ListPage, rows_of_page
from keng.kit.sql_names import alphabetically
from keng.partner_inbox.models import InboxHolder, InboxMatter, InboxMessage, PartnerInbox
from keng.partner_inbox.seals import open_words
from keng.tips import receipt_codes


def may_have_inbox(partner: Partner) -> bool:
    """Whether it is a body: a single person would be found by whoever is written about."""
    return partner.kind != Partner.Kind.PERSON


def open_inbox_of(partner: Partner) -> PartnerInbox | None:
    """The partner's inbox, if it takes something new and one of its members reads it."""
    if not (partner.is_active and may_have_inbox(partner) and has_reader(partner.pk)):
        return None
    with in_partner_role():
        return PartnerInbox.objects.open().filter(partner=partner).first()


def inboxes_elsewhere(partner: Partner) -> list[Partner]:
    """Other partners with an open inbox: of the whole province, then of the same place."""
    with in_partner_role():
        with_inbox = list(PartnerInbox.objects.open().values_list("partner_id", flat=True))
    found = Partner.objects.active().filter(pk__in=with_inbox).exclude(pk=partner.pk)
    found = found.exclude(kind=Partner.Kind.PERSON).select_related("place")
    read = _partners_with_reader(with_inbox)
    near = [
        other
        for other in found.order_by(alphabetically())
        if other.pk in read
        and (
            other.place is None
            or other.place.parent_id is None
            or other.place_id == partner.place_id
        )
    ]
    return sorted(near, key=lambda other: other.place_id == partner.place_id)


def partner_of(inbox: PartnerInbox) -> Partner:
    """Whose it is, with its place and the unit that invited it."""
    return Partner.objects.select_related("place", "invited_by_unit").get(pk=inbox.partner_id)


def active_members(partner_id: uuid.UUID) -> set[uuid.UUID]:
    """Who still signs in for the partner."""
    active = PartnerMember.objects.filter(partner=partner_id, is_active=True)
    return set(active.values_list("pk", flat=True))


def has_reader(partner_id: uuid.UUID) -> bool:
    """Whether somebody who still signs in for the partner can open its inbox."""
    return partner_id in _partners_with_reader([partner_id])


def _partners_with_reader(partner_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    with in_partner_role():
        held = InboxHolder.objects.reading().filter(partner_id__in=partner_ids)
        partner_by_member = dict(held.values_list("member_id", "partner_id"))
    active = PartnerMember.objects.filter(pk__in=partner_by_member, is_active=True)
    return {partner_by_member[pk] for pk in active.values_list("pk", flat=True)}


def inbox_of(partner: Partner) -> PartnerInbox | None:
    """The partner's inbox with its key, also one that takes nothing new."""
    with in_partner_role():
        return PartnerInbox.objects.current().filter(partner=partner).first()


def holder_of(member: PartnerMember) -> InboxHolder | None:
    """The member's key in use."""
    with in_partner_role():
        return InboxHolder.objects.current().filter(member=member).first()


def holders_of(partner: Partner) -> list[InboxHolder]:
    """All keys in use of a partner, with their members, also of those who sign in no more."""
    with in_partner_role():
        found = list(InboxHolder.objects.current().filter(partner=partner).order_by("made_at"))
    members = PartnerMember.objects.in_bulk([holder.member_id for holder in found])
    for holder in found:
        holder.member = members[holder.member_id]
    return found


def matters_of(inbox: PartnerInbox, request: HttpRequest) -> tuple[list[InboxMatter], ListPage]:
    """A page of them: what waits for the partner first, then what came last; what ended, last."""
    waiting_first = (F("ended_at").desc(nulls_first=True), "-waits_for_partner", "-last_at")
    with in_partner_role():
        return rows_of_page(
            request, InboxMatter.objects.filter(inbox=inbox).order_by(*waiting_first)
        )


def matter_of_inbox(pk: uuid.UUID, inbox: PartnerInbox) -> InboxMatter | None:
    """One of them."""
    with in_partner_role():
        return InboxMatter.objects.filter(pk=pk, inbox=inbox).first()


def waiting_matters(partner: Partner) -> int:
    """How many wait for an answer of the partner."""
    with in_partner_role():
        waiting = InboxMatter.objects.filter(inbox__partner=partner, ended_at=None)
        return waiting.filter(waits_for_partner=True).count()


def opened_messages(matter: InboxMatter, matter_private: bytes) -> list[InboxMessage]:
    """In the order in which they were written, each with its words."""
    with in_partner_role():
        messages = list(InboxMessage.objects.filter(matter=matter).order_by("id"))
    for message in messages:
        message.text = open_words(message, matter_private)
    return messages


def of_asker(messages: Sequence[InboxMessage]) -> list[InboxMessage]:
    """Those that the asker wrote."""
    return [one for one in messages if one.author == InboxMessage.Author.ASKER]


def matter_of_code(code: str) -> InboxMatter | None:
    """What a cleaned code opens."""
    with in_partner_role():
        found = InboxMatter.objects.select_related("inbox")
        return found.filter(code_hash=receipt_codes.code_hash(code)).first()


def has_matter(code: str) -> bool:
    """Whether a cleaned code is of a matter."""
    return matter_of_code(code) is not None
