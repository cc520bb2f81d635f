"""What was agreed to: of one report for its reporter, and in numbers for data protection."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keng.accounts.models import Officer
from keng.accounts.who import READING_DATA_REQUESTS, UnitSight
from keng.consent.models import ConsentText
from keng.consent.purposes import Purpose
from keng.consent.texts import consent_text_at, sentences_of
from keng.network.models import Establishment, Lead, Subscription
from keng.tips.models import Tip
from keng.vault.models import SealedIdentity

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One thing that a reporter agreed to."""

    label: "str | _StrPromise"
    sentences: list[str]
    version: int
    given_at: datetime.datetime | None
    """None where only is kept that it holds today."""
    withdrawn_at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class ConsentCount:
    """How many agreed to one thing, and how many of them took it back."""

    label: "str | _StrPromise"
    text: ConsentText | None
    sentences: list[str]
    given: int
    withdrawn: int | None
    """None where nothing is left of whoever took it back."""


def consents_of_tip(tip: Tip) -> list[GivenConsent]:
    """What the reporter of this report agreed to, as far as something of it is kept."""
    found = []
    if SealedIdentity.objects.filter(tip_ref=tip.pk, kind=SealedIdentity.Kind.CONTACT).exists():
        found.append(_given(Purpose.CONTACT, tip.received_at, tip.withdrawn_at))
    if tip.chat_shows_answers:
        found.append(_given(Purpose.CHAT_WORDS, None, None))
    return found


def consent_counts(officer: Officer) -> list[ConsentCount]:
    """In numbers, for the desks of the officer; no tip about the own unit counts."""
    units = READING_DATA_REQUESTS.unit_ids(officer)
    sight = READING_DATA_REQUESTS.unit_sight(officer)
    with_chat = Tip.objects.listed_for(sight).filter(chat_shows_answers=True)
    subscribers = Subscription.objects.of_places().filter(confirmed_at__isnull=False)
    leads = Lead.objects.filter(unit__in=units)
    houses = Establishment.objects.filter(unit__in=units).exclude(contact="")
    counts: dict[Purpose, tuple[int, int | None]] = {
        Purpose.CONTACT: (_contacts(sight), None),
        Purpose.CHAT_WORDS: (with_chat.count(), None),
        Purpose.SUBSCRIPTION: (subscribers.count(), _stopped(subscribers)),
        Purpose.LEAD: (leads.count(), _stopped(leads)),
        Purpose.HOUSE_CONTACT: (houses.count(), None),
    }
    found = []
    for purpose, (given, withdrawn) in counts.items():
        text = consent_text_at(purpose, None)
        found.append(ConsentCount(purpose.label, text, sentences_of(text), given, withdrawn))
    return found


def _given(
    purpose: Purpose, at: datetime.datetime | None, withdrawn_at: datetime.datetime | None
) -> GivenConsent:
    text = consent_text_at(purpose, at)
    version = text.version if text else 1
    return GivenConsent(purpose.label, sentences_of(text), version, at, withdrawn_at)


def _contacts(sight: UnitSight) -> int:
    sealed = SealedIdentity.objects.filter(kind=SealedIdentity.Kind.CONTACT)
    return sealed.filter(tip_ref__in=Tip.objects.listed_for(sight).values("pk")).count()


def _stopped(rows: "QuerySet[Subscription] | QuerySet[Lead]") -> int:
    return rows.filter(stopped_at__isnull=False).count()
