"""Writing, handing in and publishing: by two people of the partner, or one and the province."""

import datetime
import uuid
from typing import Any

from django.db import transaction

from keng.accounts.models import Officer, PartnerMember
from keng.accounts.partner_signing import partner_chain
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.partners import queries
from keng.partners.models import Article


class NotTheirs(LookupError):
    """No such article of this partner, or none in this state."""


class NeedsASecondPerson(PermissionError):
    """Whoever wrote it does not publish it."""


class NotTheirPurpose(ValueError):
    """The partner publishes about other things."""


@transaction.atomic
def write(
    member: PartnerMember, *, purpose: str, title: str, text: str, pk: uuid.UUID | None = None
) -> Article:
    """A new draft, or other words in one that is not published. Raises NotTheirs, NotTheirPurpose.

    What was handed in before is a draft again.
    """
    if purpose not in member.partner.purposes:
        raise NotTheirPurpose
    article = _unpublished(member, pk) if pk else Article(partner=member.partner)
    article.purpose, article.title, article.text = purpose, title, text
    article.written_by, article.written_at, article.submitted_at = member, times.now(), None
    article.save()
    _record("article.written", member, article)
    return article


@transaction.atomic
def submit(pk: uuid.UUID, *, by: PartnerMember) -> Article:
    """It waits for a second person. Raises NotTheirs."""
    article = _unpublished(by, pk)
    article.submitted_at, article.returned_reason = times.now(), ""
    article.save(update_fields=["submitted_at", "returned_reason"])
    _record("article.submitted", by, article)
    return article


@transaction.atomic
def publish(pk: uuid.UUID, *, seen: datetime.datetime, by: PartnerMember) -> Article:
    """The second person of the same partner. Raises NotTheirs, NeedsASecondPerson."""
    article = _waiting(by, pk, seen)
    if article.written_by_id == by.pk:
        raise NeedsASecondPerson
    article.published_at, article.released_by = times.now(), by
    article.save(update_fields=["published_at", "released_by"])
    _record("article.published", by, article)
    return article


@transaction.atomic
def give_back(pk: uuid.UUID, *, seen: datetime.datetime, reason: str, by: PartnerMember) -> Article:
    """A draft again, with a reason. Raises NotTheirs."""
    article = _waiting(by, pk, seen)
    article.submitted_at, article.returned_reason = None, reason
    article.save(update_fields=["submitted_at", "returned_reason"])
    _record("article.given_back", by, article)
    return article


@transaction.atomic
def withdraw(pk: uuid.UUID, *, by: PartnerMember) -> Article:
    """Off the public pages; any member may. Raises NotTheirs."""
    found = Article.objects.select_for_update(of=("self",)).filter(partner_id=by.partner_id, pk=pk)
    article = found.filter(published_at__isnull=False, withdrawn_at=None).first()
    if article is None:
        raise NotTheirs
    article.withdrawn_at = times.now()
    article.save(update_fields=["withdrawn_at"])
    _record("article.withdrawn", by, article)
    return article


@transaction.atomic
def publish_for(pk: uuid.UUID, *, seen: datetime.datetime, by: Officer) -> None:
    """The province, for a partner of one person: exactly the words that were read.

    Raises NotTheirs.
    """
    waiting = _for_the_desk(pk, seen, by)
    _change(waiting, seen, published_at=times.now(), released_by_officer=by)
    record("article.published", by=by, on=Article(id=pk), chain=unit_chain(waiting.unit_id))


@transaction.atomic
def give_back_for(pk: uuid.UUID, *, seen: datetime.datetime, reason: str, by: Officer) -> None:
    """The province does not publish it, and says why. Raises NotTheirs."""
    waiting = _for_the_desk(pk, seen, by)
    _change(waiting, seen, submitted_at=None, returned_reason=reason)
    record("article.given_back", by=by, on=Article(id=pk), chain=unit_chain(waiting.unit_id))


def _for_the_desk(pk: uuid.UUID, seen: datetime.datetime, by: Officer) -> queries.Waiting:
    found = next((one for one in queries.waiting_for(by) if one.id == pk), None)
    if found is None or found.submitted_at != seen:
        raise NotTheirs
    return found


def _change(waiting: queries.Waiting, seen: datetime.datetime, **values: Any) -> None:
    """Only if nobody changed it since: the desk cannot lock what it cannot read."""
    changed = Article.objects.filter(pk=waiting.id, submitted_at=seen, published_at=None)
    if not changed.update(**values):
        raise NotTheirs


def _unpublished(member: PartnerMember, pk: uuid.UUID) -> Article:
    found = Article.objects.select_for_update(of=("self",)).filter(
        partner_id=member.partner_id, pk=pk, published_at=None
    )
    article = found.first()
    if article is None:
        raise NotTheirs
    return article


def _waiting(member: PartnerMember, pk: uuid.UUID, seen: datetime.datetime) -> Article:
    article = _unpublished(member, pk)
    if article.submitted_at is None or article.submitted_at != seen:
        raise NotTheirs
    return article


def _record(act: str, member: PartnerMember, article: Article) -> None:
    record(act, by=member, on=article, chain=partner_chain(member.partner_id))
