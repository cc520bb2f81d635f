"""Lessons and claim checks of a partner: written here, published by a second person (releasing)."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from keng.accounts.models import PartnerMember
from keng.claims.actions import NotPublished
from keng.claims.actions import for_partners as checks
from keng.claims.models import Claim
from keng.kit import times
from keng.lessons.actions import for_partners as lessons
from keng.lessons.models import Collection
from keng.partners.actions import releasing
from keng.partners.actions.releasing import lock_unpublished, record_in_partner_chain
from keng.partners.errors import NotTheirPurpose, NotTheirs
from keng.partners.models import Manuscript

submit_manuscript = partial(releasing.submit_partner_text, Manuscript)
publish_manuscript = partial(releasing.publish_partner_text, Manuscript)
give_back_manuscript = partial(releasing.give_back_partner_text, Manuscript)


@transaction.atomic
def begin_manuscript(
    member: PartnerMember,
    *,
    kind: str,
    purpose: str,
    collection: Collection | None = None,
    opens: Mapping[str, Any] | None = None,
    after: Manuscript | None = None,
) -> Manuscript:
    """An empty one: in a collection, opening one, or as what follows `after` that is public.

    Raises NotTheirs, NotTheirPurpose.
    """
    if purpose not in member.partner.purposes:
        raise NotTheirPurpose
    if any(other and other.partner_id != member.partner_id for other in (collection, after)):
        raise NotTheirs
    made = Manuscript(
        partner=member.partner,
        kind=kind,
        purpose=purpose,
        collection=collection,
        content={"collection": dict(opens)} if opens else {},
        written_by=member,
        hands=[member.pk],
    )
    if after is not None:
        made.title, made.typed = after.title, after.typed
        made.collection_id, made.lesson_id = after.collection_id, after.lesson_id
        # One that was withdrawn is not corrected: another check is written from its words.
        made.claim = after.claim if after.claim and _is_public(after.claim) else None
    made.save(force_insert=True)
    return made


@transaction.atomic
def write_manuscript(
    member: PartnerMember,
    pk: uuid.UUID,
    *,
    typed: Mapping[str, str],
    title: str,
    purpose: str,
    content: Mapping[str, Any] | None,
) -> Manuscript:
    """What stands in the boxes, and its content once it is whole.

    What was handed in before is a draft again. Raises NotTheirs, NotTheirPurpose.
    """
    if purpose not in member.partner.purposes:
        raise NotTheirPurpose
    text = lock_unpublished(Manuscript, member, pk)
    opens = {"collection": text.content["collection"]} if "collection" in text.content else {}
    text.typed, text.title, text.purpose = dict(typed), title[:120], purpose
    text.content = opens | dict(content or {})
    text.add_hand(member)
    text.written_by, text.written_at, text.submitted_at = member, times.now(), None
    text.save()
    record_in_partner_chain("manuscript.written", member, text)
    return text


@transaction.atomic
def discard_manuscript(pk: uuid.UUID, *, by: PartnerMember) -> None:
    """A draft that nobody wants: its words are gone at once. Raises NotTheirs."""
    text = lock_unpublished(Manuscript, by, pk)
    text.title, text.typed, text.content, text.returned_reason = "", {}, {}, ""
    text.submitted_at, text.withdrawn_at = None, times.now()
    text.save()
    record_in_partner_chain("manuscript.discarded", by, text)


@transaction.atomic
def withdraw_manuscript(pk: uuid.UUID, *, by: PartnerMember, reason: str = "") -> Manuscript:
    """Off the public lists, with all its editions; a check keeps its page, with a fixed reason.

    Raises NotTheirs.
    """
    own = Manuscript.objects.select_for_update(no_key=True, of=("self",)).select_related("lesson")
    text = own.filter(
        partner_id=by.partner_id, pk=pk, published_at__isnull=False, withdrawn_at=None
    ).first()
    if text is None:
        raise NotTheirs
    if text.claim_id is not None:
        _detach_corrections(text.claim_id, by, Claim.TakenBack(reason))
        try:
            checks.withdraw_for_partner(text.claim_id, partner=by.partner, reason=reason)
        except NotPublished as error:
            raise NotTheirs from error
    elif text.lesson is not None:
        lessons.end_partner_lesson(text.lesson)
    text.withdrawn_at = times.now()
    text.save(update_fields=["withdrawn_at"])
    record_in_partner_chain("manuscript.withdrawn", by, text, why=reason)
    return text


def _is_public(claim: Claim) -> bool:
    return claim.state == Claim.State.PUBLISHED


def _detach_corrections(claim_id: uuid.UUID, by: PartnerMember, reason: Claim.TakenBack) -> None:
    """Corrections of a check that is taken back are drafts of another check, and say why."""
    corrections = Manuscript.objects.select_for_update(no_key=True, of=("self",)).filter(
        partner_id=by.partner_id, claim_id=claim_id, published_at=None, withdrawn_at=None
    )
    for text in corrections:
        # Whole again once somebody has looked at its boxes, which ask for no note any more.
        text.claim, text.content, text.submitted_at = None, {}, None
        text.returned_reason = reason.value
        text.save()
        record_in_partner_chain("manuscript.given_back", by, text, why=reason.value)
