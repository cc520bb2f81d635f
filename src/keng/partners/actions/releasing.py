"""Handing in and publishing, the same for every text: by two people, or one and the province."""

import uuid
from typing import Any, TypeVar

from keng.accounts.models import Officer, PartnerMember
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.claims.actions.writing import hold_claim_numbers
from keng.claims.models import Claim
from keng.kit import times
from keng.partners import acts, queries
from keng.partners.actions.publish_effects import make_public
from keng.partners.errors import NoSecondMember
from keng.partners.hints import require_checked
from keng.partners.models import Article, Manuscript, PartnerText
from keng.partners.queries import members_without_hand
from keng.releases import steps
from keng.releases.errors import NothingWaits

_Text = TypeVar("_Text", bound=PartnerText)
# What the record calls it.
_SUBMITTED = {Article: "article.submitted", Manuscript: "manuscript.submitted"}
_PUBLISHED = {Article: "article.published", Manuscript: "manuscript.published"}
_GIVEN_BACK = {Article: "article.given_back", Manuscript: "manuscript.given_back"}


@act(acts.SUBMIT_TEXT)
def submit_partner_text(
    kind: type[_Text], pk: uuid.UUID, *, checked: bool = False, by: PartnerMember
) -> _Text:
    """It waits for a second person. Raises NotAllowed, MarksUnchecked, NoSecondMember."""
    text = lock_unpublished(kind, pk, by=by)
    require_checked(text, checked=checked)
    if lacks_second_member(text, by):
        raise NoSecondMember
    steps.submit(text, by=by)
    record_in_partner_chain(_SUBMITTED[kind], by, text)
    return text


@act(acts.PUBLISH_TEXT)
def publish_partner_text(
    kind: type[_Text], pk: uuid.UUID, *, seen: bytes, checked: bool = False, by: PartnerMember
) -> _Text:
    """The second person of the same partner: exactly the words that were read.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged, MarksUnchecked.
    """
    if kind is Manuscript:
        # It may become a check with a number of its own.
        hold_claim_numbers()
    lock_claim_of(kind, pk, by=by)
    text = _lock_own(kind, pk, by)
    steps.require_second_person(text, seen=seen, by=by)
    require_checked(text, checked=checked)
    steps.let_out(text, seen=seen, by=by, also=make_public(text))
    record_in_partner_chain(_PUBLISHED[kind], by, text)
    return text


@act(acts.GIVE_BACK_TEXT)
def give_back_partner_text(
    kind: type[_Text], pk: uuid.UUID, *, reason: str, by: PartnerMember
) -> _Text:
    """A draft again, with a reason. Raises NotAllowed, NothingWaits."""
    text = _lock_own(kind, pk, by)
    steps.give_back(text, reason=reason)
    record_in_partner_chain(_GIVEN_BACK[kind], by, text)
    return text


@act(acts.PUBLISH_FOR_PARTNER)
def publish_for_partner(
    pk: uuid.UUID, *, seen: bytes, checked: bool = False, by: Officer
) -> PartnerText:
    """The province, where nobody of the partner is without a hand in it: the words that were read.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged, MarksUnchecked.
    """
    # It may become a check with a number of its own.
    hold_claim_numbers()
    text = _lock_for_desk(pk, by)
    steps.require_second_person(text, seen=seen, by=by)
    require_checked(text, checked=checked)
    made = make_public(text)
    _change_from_desk(text, digest=seen, released_at=times.now(), released_by_officer=by, **made)
    _record_at_desk(_PUBLISHED, by, text)
    return text


@act(acts.GIVE_BACK_TO_PARTNER)
def give_back_to_partner(pk: uuid.UUID, *, reason: str, by: Officer) -> PartnerText:
    """The province does not publish it, and says why. Raises NotAllowed, NothingWaits."""
    text = _lock_for_desk(pk, by)
    _change_from_desk(text, submitted_at=None, returned_reason=reason)
    _record_at_desk(_GIVEN_BACK, by, text)
    return text


def _lock_for_desk(pk: uuid.UUID, by: Officer) -> PartnerText:
    """A text that waits for the province, and stays as it is until the act is done.

    The desk reads no text of a partner but through the view of what waits; it locks the row by its
    id, after the check that the text corrects, and reads it again. Raises NotAllowed where none
    waits for this officer, NothingWaits where its people took it back meanwhile.
    """
    found = queries.text_waiting_at_desk(pk, by)
    if found is None:
        raise NotAllowed
    permit_over(found.release_unit.pk)
    if isinstance(found, Manuscript) and found.claim_id:
        list(lock(Claim.objects.filter(pk=found.claim_id)).values_list("pk"))
    list(lock(_all_of(type(found)).filter(pk=pk)).values_list("pk"))
    text = queries.text_waiting_at_desk(pk, by)
    if text is None:
        raise NothingWaits
    return text


def _change_from_desk(text: PartnerText, **values: Any) -> None:
    _all_of(type(text)).filter(pk=text.pk).update(**values)
    for name, value in values.items():
        setattr(text, name, value)


def _record_at_desk(actions: dict[type[Any], str], by: Officer, text: PartnerText) -> None:
    record(
        actions[type(text)],
        by=by,
        on=text,
        chain=unit_chain(text.release_unit.pk),
        detail=steps.release_detail(text),
    )


def lock_claim_of(kind: type[PartnerText], pk: uuid.UUID, *, by: PartnerMember) -> None:
    """Hold the check that a text corrects or has become, which comes before the text itself.

    Which one it is does not change, but to none, and then the text is no longer what was read.
    """
    if kind is Manuscript:
        own = Manuscript.objects.filter(pk=pk, partner_id=by.partner_id)
        list(lock(Claim.objects.filter(pk__in=own.values("claim_id"))).values_list("pk"))


def lock_unpublished(kind: type[_Text], pk: uuid.UUID, *, by: PartnerMember) -> _Text:
    """A text of the member's partner that is not public yet, locked. Raises NotAllowed."""
    own = _all_of(kind).filter(partner_id=by.partner_id).in_hand()
    text: _Text = lock_one(own, pk, owner="partner_id")
    return text


def lacks_second_member(text: PartnerText, by: PartnerMember) -> bool:
    """Whether it has a film, which the province never lets out, and nobody is left to read it."""
    if not isinstance(text, Manuscript) or "film" not in text.content:
        return False
    return not members_without_hand(text.partner_id, [*text.hands, by.pk])


def _lock_own(kind: type[_Text], pk: uuid.UUID, by: PartnerMember) -> _Text:
    text: _Text = lock_one(_all_of(kind).filter(partner_id=by.partner_id), pk, owner="partner_id")
    return text


def _all_of(kind: type[PartnerText]) -> Any:
    return kind._default_manager.all()  # noqa: SLF001 -- Django documents it


def record_in_partner_chain(
    action: str, member: PartnerMember, text: PartnerText, *, why: str = ""
) -> None:
    """An entry in the partner's own chain: no desk reads it."""
    detail = steps.release_detail(text) | ({"why": why} if why else {})
    record(action, by=member, on=text, chain=partner_chain(member.partner_id), detail=detail)
