"""Handing in and publishing, the same for every text: by two people, or one and the province."""

import datetime
import uuid
from typing import Any, TypeVar

from django.db import transaction

from keng.accounts.models import Officer, PartnerMember
from keng.accounts.partner_signing import partner_chain
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.partners import queries
from keng.partners.actions.appearing import appear
from keng.partners.errors import MadeTheSignIn, NeedsASecondPerson, NotTheirs
from keng.partners.models import Article, Manuscript, OwnText

Text = TypeVar("Text", bound=OwnText)
# What the record calls it.
_SUBMITTED = {Article: "article.submitted", Manuscript: "manuscript.submitted"}
_PUBLISHED = {Article: "article.published", Manuscript: "manuscript.published"}
_GIVEN_BACK = {Article: "article.given_back", Manuscript: "manuscript.given_back"}


@transaction.atomic
def submit(kind: type[Text], pk: uuid.UUID, *, by: PartnerMember) -> Text:
    """It waits for a second person. Raises NotTheirs."""
    text = unpublished(kind, by, pk)
    text.submitted_at, text.returned_reason = times.now(), ""
    text.save(update_fields=["submitted_at", "returned_reason"])
    note(_SUBMITTED[kind], by, text)
    return text


@transaction.atomic
def publish(kind: type[Text], pk: uuid.UUID, *, seen: datetime.datetime, by: PartnerMember) -> Text:
    """The second person of the same partner. Raises NotTheirs, NeedsASecondPerson."""
    text = _waiting(kind, by, pk, seen)
    if text.written_by_id == by.pk:
        raise NeedsASecondPerson
    for name, value in appear(text).items():
        setattr(text, name, value)
    text.published_at, text.released_by = times.now(), by
    text.save()
    note(_PUBLISHED[kind], by, text)
    return text


@transaction.atomic
def give_back(
    kind: type[Text], pk: uuid.UUID, *, seen: datetime.datetime, reason: str, by: PartnerMember
) -> Text:
    """A draft again, with a reason. Raises NotTheirs."""
    text = _waiting(kind, by, pk, seen)
    text.submitted_at, text.returned_reason = None, reason
    text.save(update_fields=["submitted_at", "returned_reason"])
    note(_GIVEN_BACK[kind], by, text)
    return text


@transaction.atomic
def publish_for(pk: uuid.UUID, *, seen: datetime.datetime, by: Officer) -> None:
    """The province, for a partner of one person: exactly the words that were read.

    Raises NotTheirs, MadeTheSignIn.
    """
    waiting = _for_the_desk(pk, seen, by)
    if queries.made_a_sign_in(waiting.partner_id, by):
        raise MadeTheSignIn
    kind = _kind(waiting)
    _change(waiting, seen, published_at=times.now(), released_by_officer=by, **appear(waiting))
    record(_PUBLISHED[kind], by=by, on=kind(id=pk), chain=unit_chain(waiting.unit_id))


@transaction.atomic
def give_back_for(pk: uuid.UUID, *, seen: datetime.datetime, reason: str, by: Officer) -> None:
    """The province does not publish it, and says why. Raises NotTheirs."""
    waiting = _for_the_desk(pk, seen, by)
    kind = _kind(waiting)
    _change(waiting, seen, submitted_at=None, returned_reason=reason)
    record(_GIVEN_BACK[kind], by=by, on=kind(id=pk), chain=unit_chain(waiting.unit_id))


def _for_the_desk(pk: uuid.UUID, seen: datetime.datetime, by: Officer) -> queries.Waiting:
    found = next((one for one in queries.waiting_for(by) if one.id == pk), None)
    if found is None or found.submitted_at != seen:
        raise NotTheirs
    return found


def _kind(waiting: queries.Waiting) -> type[OwnText]:
    return Article if waiting.kind == "article" else Manuscript


def _change(waiting: queries.Waiting, seen: datetime.datetime, **values: Any) -> None:
    """Only if nobody changed it since: the desk cannot lock what it cannot read."""
    manager: Any = _kind(waiting)._default_manager  # noqa: SLF001 -- Django documents it
    changed = manager.filter(pk=waiting.id, submitted_at=seen, published_at=None)
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


def _waiting(
    kind: type[Text], member: PartnerMember, pk: uuid.UUID, seen: datetime.datetime
) -> Text:
    text = unpublished(kind, member, pk)
    if text.submitted_at is None or text.submitted_at != seen:
        raise NotTheirs
    return text


def note(act: str, member: PartnerMember, text: OwnText) -> None:
    """An entry in the partner's own chain: no desk reads it."""
    record(act, by=member, on=text, chain=partner_chain(member.partner_id))
