"""Handing in and publishing, the same for every text: by two people, or one and the province."""

import uuid
from typing import Any, TypeVar

from keng.accounts.models import Officer, PartnerMember
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock, lock_one, wait_for_turn
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.claims.actions.writing import hold_claim_numbers
from keng.claims.models import Claim
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.partners import acts, queries
from keng.partners.actions.publish_effects import make_public
from keng.partners.errors import MadeTheSignIn, NeedsASecondPerson, WordsChanged
from keng.partners.models import Article, Manuscript, PartnerText
from keng.releases.hands import hands_on_record

_Text = TypeVar("_Text", bound=PartnerText)
# What the record calls it.
_SUBMITTED = {Article: "article.submitted", Manuscript: "manuscript.submitted"}
_PUBLISHED = {Article: "article.published", Manuscript: "manuscript.published"}
_GIVEN_BACK = {Article: "article.given_back", Manuscript: "manuscript.given_back"}


@act(acts.SUBMIT_TEXT)
def submit_partner_text(kind: type[_Text], pk: uuid.UUID, *, by: PartnerMember) -> _Text:
    """It waits for a second person. Raises NotAllowed."""
    text = lock_unpublished(kind, pk, by=by)
    text.submitted_at, text.returned_reason = times.now(), ""
    text.add_hand(by)
    text.save(update_fields=["submitted_at", "returned_reason", "hands"])
    record_in_partner_chain(_SUBMITTED[kind], by, text)
    return text


@act(acts.PUBLISH_TEXT)
def publish_partner_text(
    kind: type[_Text], pk: uuid.UUID, *, seen: bytes, by: PartnerMember
) -> _Text:
    """The second person of the same partner: exactly the words that were read.

    `seen` is their queries.hash_of_text. Raises NotAllowed, WordsChanged, NeedsASecondPerson.
    """
    _lock_decision(pk)
    if kind is Manuscript:
        # It may become a check with a number of its own.
        hold_claim_numbers()
    lock_claim_of(kind, pk, by=by)
    text = _lock_waiting(kind, pk, seen, by)
    if text.has_hand_of(by):
        raise NeedsASecondPerson
    for name, value in make_public(text).items():
        setattr(text, name, value)
    text.published_at, text.released_by = times.now(), by
    text.save()
    record_in_partner_chain(_PUBLISHED[kind], by, text)
    return text


@act(acts.GIVE_BACK_TEXT)
def give_back_partner_text(
    kind: type[_Text], pk: uuid.UUID, *, seen: bytes, reason: str, by: PartnerMember
) -> _Text:
    """A draft again, with a reason. Raises NotAllowed, WordsChanged."""
    text = _lock_waiting(kind, pk, seen, by)
    text.submitted_at, text.returned_reason = None, reason
    text.save(update_fields=["submitted_at", "returned_reason"])
    record_in_partner_chain(_GIVEN_BACK[kind], by, text)
    return text


@act(acts.PUBLISH_FOR_PARTNER)
def publish_for_partner(pk: uuid.UUID, *, seen: bytes, by: Officer) -> None:
    """The province, where nobody of the partner is without a hand in it: the words that were read.

    Raises NotAllowed, WordsChanged, MadeTheSignIn.
    """
    _lock_decision(pk)
    waiting = _text_for_desk(pk, seen, by)
    if queries.made_a_sign_in(waiting.partner_id, by):
        raise MadeTheSignIn
    kind = _model_of(waiting)
    _change_as_read(
        waiting, published_at=times.now(), released_by_officer=by, **make_public(waiting)
    )
    detail = {"text": seen.hex(), "hands": hands_on_record(waiting.hands)}
    record(
        _PUBLISHED[kind], by=by, on=kind(id=pk), chain=unit_chain(waiting.unit_id), detail=detail
    )


@act(acts.GIVE_BACK_TO_PARTNER)
def give_back_to_partner(pk: uuid.UUID, *, seen: bytes, reason: str, by: Officer) -> None:
    """The province does not publish it, and says why. Raises NotAllowed, WordsChanged."""
    _lock_decision(pk)
    waiting = _text_for_desk(pk, seen, by)
    kind = _model_of(waiting)
    _change_as_read(waiting, submitted_at=None, returned_reason=reason)
    record(_GIVEN_BACK[kind], by=by, on=kind(id=pk), chain=unit_chain(waiting.unit_id))


def _lock_decision(pk: uuid.UUID) -> None:
    """Wait until whoever decides about this text at the same moment has.

    The desk cannot lock its row. Without this two would make a lesson of the same name, and the
    later one meet an error.
    """
    wait_for_turn(TurnLock.PARTNER_TEXT, pk)


def _text_for_desk(pk: uuid.UUID, seen: bytes, by: Officer) -> queries.WaitingText:
    found = next((one for one in queries.waiting_texts(by) if one.id == pk), None)
    if found is None:
        raise NotAllowed
    permit_over(found.unit_id)
    if queries.hash_of_text(found) != seen:
        raise WordsChanged
    return found


def _model_of(waiting: queries.WaitingText) -> type[PartnerText]:
    return Article if waiting.kind == "article" else Manuscript


def _change_as_read(waiting: queries.WaitingText, **values: Any) -> None:
    """Only if nobody changed it since it was read in this transaction.

    The desk cannot lock what it cannot read; whoever changes it hands it in at another moment.
    """
    manager: Any = _model_of(waiting)._default_manager  # noqa: SLF001 -- Django documents it
    changed = manager.filter(pk=waiting.id, submitted_at=waiting.submitted_at, published_at=None)
    if not changed.update(**values):
        raise WordsChanged


def lock_claim_of(kind: type[PartnerText], pk: uuid.UUID, *, by: PartnerMember) -> None:
    """Hold the check that a text corrects or has become, which comes before the text itself.

    Which one it is does not change, but to none, and then the text is no longer what was read.
    """
    if kind is Manuscript:
        own = Manuscript.objects.filter(pk=pk, partner_id=by.partner_id)
        list(lock(Claim.objects.filter(pk__in=own.values("claim_id"))).values_list("pk"))


def lock_unpublished(kind: type[_Text], pk: uuid.UUID, *, by: PartnerMember) -> _Text:
    """A text of the member's partner that is not public yet, locked. Raises NotAllowed."""
    manager: Any = kind._default_manager  # noqa: SLF001 -- Django documents it
    own = manager.filter(partner_id=by.partner_id, published_at=None, withdrawn_at=None)
    text: _Text = lock_one(own, pk, owner="partner_id")
    return text


def _lock_waiting(kind: type[_Text], pk: uuid.UUID, seen: bytes, by: PartnerMember) -> _Text:
    text = lock_unpublished(kind, pk, by=by)
    if text.submitted_at is None or queries.hash_of_text(text) != seen:
        raise WordsChanged
    return text


def record_in_partner_chain(
    action: str, member: PartnerMember, text: PartnerText, *, why: str = ""
) -> None:
    """An entry in the partner's own chain: no desk reads it."""
    detail: dict[str, object] = {
        "text": queries.hash_of_text(text).hex(),
        "hands": hands_on_record(text.all_hands),
    }
    if why:
        detail["why"] = why
    record(action, by=member, on=text, chain=partner_chain(member.partner_id), detail=detail)
