"""Lessons, claim checks and campaigns of a partner, published by a second person (releasing)."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from keng.accounts.models import PartnerMember
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_over
from keng.claims.actions import NotPublished
from keng.claims.actions import for_partners as checks
from keng.claims.models import Claim
from keng.kit import times
from keng.lessons.actions import for_partners as lessons
from keng.lessons.models import Collection
from keng.partners import acts
from keng.partners.actions import releasing
from keng.partners.actions.releasing import (
    lacks_second_member,
    lock_claim_of,
    lock_unpublished,
    record_in_partner_chain,
)
from keng.partners.errors import NotTheirPurpose, WordsChanged
from keng.partners.hints import hints_of_text
from keng.partners.models import Manuscript
from keng.releases import steps

submit_manuscript = partial(releasing.submit_partner_text, Manuscript)
publish_manuscript = partial(releasing.publish_partner_text, Manuscript)
give_back_manuscript = partial(releasing.give_back_partner_text, Manuscript)


@act(acts.BEGIN_MANUSCRIPT)
def begin_manuscript(
    *,
    kind: str,
    purpose: str,
    collection: Collection | None = None,
    opens: Mapping[str, Any] | None = None,
    after: Manuscript | None = None,
    by: PartnerMember,
) -> Manuscript:
    """An empty one: in a collection, opening one, or as what follows `after` that is public.

    Raises NotAllowed, NotTheirPurpose.
    """
    permit_over(by.partner_id)
    if purpose not in by.partner.purposes:
        raise NotTheirPurpose
    if any(other and other.partner_id != by.partner_id for other in (collection, after)):
        raise NotAllowed
    made = Manuscript(
        partner=by.partner,
        kind=kind,
        purpose=purpose,
        collection=collection,
        content={"collection": dict(opens)} if opens else {},
        hands=[by.pk],
    )
    if after is not None:
        made.title, made.typed = after.title, after.typed
        made.collection_id, made.lesson_id = after.collection_id, after.lesson_id
        # One that was withdrawn is not corrected: another check is written from its words.
        made.claim = after.claim if after.claim and _is_public(after.claim) else None
    made.save(force_insert=True)
    return made


@act(acts.WRITE_MANUSCRIPT)
def write_manuscript(
    pk: uuid.UUID,
    *,
    typed: Mapping[str, str],
    title: str,
    purpose: str,
    content: Mapping[str, Any] | None,
    by: PartnerMember,
) -> Manuscript:
    """What stands in the boxes, and its content once it is whole.

    What was handed in before is a draft again. Raises NotAllowed, NotTheirPurpose.
    """
    text = lock_unpublished(Manuscript, pk, by=by)
    if purpose not in by.partner.purposes:
        raise NotTheirPurpose
    opens = {"collection": text.content["collection"]} if "collection" in text.content else {}
    text.typed, text.title, text.purpose = dict(typed), title[:120], purpose
    text.content = opens | dict(content or {})
    text.add_hand(by)
    text.written_at, text.submitted_at = times.now(), None
    text.save()
    # Whoever uploaded its film has a hand in it, too (a trigger).
    text.refresh_from_db(fields=["hands"])
    record_in_partner_chain("manuscript.written", by, text)
    return text


@act(acts.SAVE_MANUSCRIPT)
def save_manuscript(
    which: Manuscript,
    *,
    typed: Mapping[str, str],
    title: str,
    purpose: str,
    content: Mapping[str, Any] | None,
    submits: bool,
    by: PartnerMember,
) -> Manuscript:
    """Begin it if it is new, write it down, hand it in if wished: all of it or nothing.

    Where something is marked it is not handed in: its page shows that, and asks for the tick; nor
    where nobody is left to read its film.
    `which` only says which one, or of what kind a new one is. Raises NotAllowed, NotTheirPurpose.
    """
    permit_over(by.partner_id)
    pk = which.pk
    if which.is_new:
        pk = begin_manuscript(
            kind=which.kind, purpose=which.purpose, collection=which.collection, by=by
        ).pk
    made = write_manuscript(pk, typed=typed, title=title, purpose=purpose, content=content, by=by)
    if not submits or hints_of_text(made) or lacks_second_member(made, by):
        return made
    return submit_manuscript(pk, by=by)


@act(acts.DISCARD_MANUSCRIPT)
def discard_manuscript(pk: uuid.UUID, *, by: PartnerMember) -> None:
    """A draft that nobody wants: its words are gone at once. Raises NotAllowed."""
    text = lock_unpublished(Manuscript, pk, by=by)
    text.title, text.typed, text.content, text.returned_reason = "", {}, {}, ""
    text.submitted_at = None
    text.save()
    steps.end(text)
    record_in_partner_chain("manuscript.discarded", by, text)


@act(acts.WITHDRAW_MANUSCRIPT)
def withdraw_manuscript(pk: uuid.UUID, *, by: PartnerMember, reason: str = "") -> Manuscript:
    """Off the public lists, with all its editions; a check keeps its page, with a fixed reason.

    Raises NotAllowed, WordsChanged.
    """
    lock_claim_of(Manuscript, pk, by=by)
    own = Manuscript.objects.released().filter(partner_id=by.partner_id)
    text = lock_one(own.select_related("lesson"), pk, owner="partner_id")
    if text.claim_id is not None:
        _detach_corrections(text.claim_id, by, Claim.TakenBack(reason))
        try:
            checks.withdraw_for_partner(text.claim_id, partner=by.partner, reason=reason)
        except NotPublished as error:
            raise WordsChanged from error
    elif text.lesson is not None:
        lessons.end_partner_lesson(text.lesson)
    steps.end(text)
    record_in_partner_chain("manuscript.withdrawn", by, text, why=reason)
    return text


def _is_public(claim: Claim) -> bool:
    return claim.state == Claim.State.PUBLISHED


def _detach_corrections(claim_id: uuid.UUID, by: PartnerMember, reason: Claim.TakenBack) -> None:
    """Corrections of a check that is taken back are drafts of another check, and say why."""
    corrections = Manuscript.objects.filter(partner_id=by.partner_id, claim_id=claim_id)
    for text in lock(corrections.in_hand()):
        # Whole again once somebody has looked at its boxes, which ask for no note any more.
        text.claim, text.content, text.submitted_at = None, {}, None
        text.returned_reason = reason.value
        text.save()
        record_in_partner_chain("manuscript.given_back", by, text, why=reason.value)
