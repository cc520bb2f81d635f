"""Handing in and publishing, the same for every text: by two people, or one and the province."""

import uuid
from typing import Any, TypeVar

from django.db import connection, transaction

from keng.accounts.hands import hands_on_record
from keng.accounts.models import Officer, PartnerMember
from keng.accounts.partner_signing import partner_chain
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.partners import queries
from keng.partners.actions.appearing import appear
from keng.partners.errors import MadeTheSignIn, NeedsASecondPerson, NotTheirs
from keng.partners.models import Article, Manuscript, OwnText

Text = TypeVar("Text", bound=OwnText)
# Any number that no other part of the product takes.
_DECIDING = 5_120_013
# What the record calls it.
_SUBMITTED = {Article: "article.submitted", Manuscript: "manuscript.submitted"}
_PUBLISHED = {Article: "article.published", Manuscript: "manuscript.published"}
_GIVEN_BACK = {Article: "article.given_back", Manuscript: "manuscript.given_back"}


@transaction.atomic
def submit(kind: type[Text], pk: uuid.UUID, *, by: PartnerMember) -> Text:
    """It waits for a second person. Raises NotTheirs."""
    text = unpublished(kind, by, pk)
    text.submitted_at, text.returned_reason = times.now(), ""
    text.add_hand(by)
    text.save(update_fields=["submitted_at", "returned_reason", "hands"])
    note(_SUBMITTED[kind], by, text)
    return text


@transaction.atomic
def publish(kind: type[Text], pk: uuid.UUID, *, seen: bytes, by: PartnerMember) -> Text:
    """The second person of the same partner: exactly the words that were read (queries.hash_of).

    Raises NotTheirs, NeedsASecondPerson.
    """
    _one_at_a_time(pk)
    text = _waiting(kind, by, pk, seen)
    if text.has_hand_of(by):
        raise NeedsASecondPerson
    for name, value in appear(text).items():
        setattr(text, name, value)
    text.published_at, text.released_by = times.now(), by
    text.save()
    note(_PUBLISHED[kind], by, text)
    return text


@transaction.atomic
def give_back(
    kind: type[Text], pk: uuid.UUID, *, seen: bytes, reason: str, by: PartnerMember
) -> Text:
    """A draft again, with a reason. Raises NotTheirs."""
    text = _waiting(kind, by, pk, seen)
    text.submitted_at, text.returned_reason = None, reason
    text.save(update_fields=["submitted_at", "returned_reason"])
    note(_GIVEN_BACK[kind], by, text)
    return text


@transaction.atomic
def publish_for(pk: uuid.UUID, *, seen: bytes, by: Officer) -> None:
    """The province, where nobody of the partner is without a hand in it: the words that were read.

    Raises NotTheirs, MadeTheSignIn.
    """
    _one_at_a_time(pk)
    waiting = _for_the_desk(pk, seen, by)
    if queries.made_a_sign_in(waiting.partner_id, by):
        raise MadeTheSignIn
    kind = _kind(waiting)
    _change(waiting, published_at=times.now(), released_by_officer=by, **appear(waiting))
    detail = {"text": seen.hex(), "hands": hands_on_record(waiting.hands)}
    record(
        _PUBLISHED[kind], by=by, on=kind(id=pk), chain=unit_chain(waiting.unit_id), detail=detail
    )


@transaction.atomic
def give_back_for(pk: uuid.UUID, *, seen: bytes, reason: str, by: Officer) -> None:
    """The province does not publish it, and says why. Raises NotTheirs."""
    _one_at_a_time(pk)
    waiting = _for_the_desk(pk, seen, by)
    kind = _kind(waiting)
    _change(waiting, submitted_at=None, returned_reason=reason)
    record(_GIVEN_BACK[kind], by=by, on=kind(id=pk), chain=unit_chain(waiting.unit_id))


def _one_at_a_time(pk: uuid.UUID) -> None:
    """Wait until whoever decides about this text at the same moment has.

    The desk cannot lock its row. Without this two would make a lesson of the same name, and the
    later one meet an error.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_DECIDING, str(pk)])


def _for_the_desk(pk: uuid.UUID, seen: bytes, by: Officer) -> queries.Waiting:
    found = next((one for one in queries.waiting_for(by) if one.id == pk), None)
    if found is None or queries.hash_of(found) != seen:
        raise NotTheirs
    return found


def _kind(waiting: queries.Waiting) -> type[OwnText]:
    return Article if waiting.kind == "article" else Manuscript


def _change(waiting: queries.Waiting, **values: Any) -> None:
    """Only if nobody changed it since it was read in this transaction.

    The desk cannot lock what it cannot read; whoever changes it hands it in at another moment.
    """
    manager: Any = _kind(waiting)._default_manager  # noqa: SLF001 -- Django documents it
    changed = manager.filter(pk=waiting.id, submitted_at=waiting.submitted_at, published_at=None)
    if not changed.update(**values):
        raise NotTheirs


def unpublished(kind: type[Text], member: PartnerMember, pk: uuid.UUID) -> Text:
    """A text of the member's partner that is not public yet, locked. Raises NotTheirs."""
    manager: Any = kind._default_manager  # noqa: SLF001 -- Django documents it
    found = manager.select_for_update(no_key=True, of=("self",)).filter(
        partner_id=member.partner_id, pk=pk, published_at=None, withdrawn_at=None
    )
    text: Text | None = found.first()
    if text is None:
        raise NotTheirs
    return text


def _waiting(kind: type[Text], member: PartnerMember, pk: uuid.UUID, seen: bytes) -> Text:
    text = unpublished(kind, member, pk)
    if text.submitted_at is None or queries.hash_of(text) != seen:
        raise NotTheirs
    return text


def note(act: str, member: PartnerMember, text: OwnText) -> None:
    """An entry in the partner's own chain: no desk reads it."""
    detail = {"text": queries.hash_of(text).hex(), "hands": hands_on_record(text.all_hands)}
    record(act, by=member, on=text, chain=partner_chain(member.partner_id), detail=detail)
