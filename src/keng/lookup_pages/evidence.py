"""What speaks for an entry of the public look-up, as far as an officer may see it."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, cast

from django.db import connection
from django.db.models import Q, QuerySet

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to_any
from keng.accounts.who import WORKING
from keng.kit.compiled_queries import CompiledModelQuery
from keng.kit.list_filter import rows_with_words
from keng.language.lookup_terms import listing_hash, lookup_terms_in
from keng.lookup.keys import URL, lookup_key_of
from keng.lookup.models import Dispute, Indicator, Listing
from keng.lookup.models.listing import ListingQuerySet
from keng.tips.models import ListingEvidence, Sighting, TakenDown, Tip
from keng.tips.models.tip import OnlookerOf

# So many different people before "reported by several".
ENOUGH_REPORTERS = 3
# What was found to be nothing speaks for nothing.
_VOID_OUTCOMES = (Tip.Outcome.UNFOUNDED, Tip.Outcome.NOT_A_TIP, Tip.Outcome.WITHDRAWN)


def may_propose_listing(officer: Officer) -> bool:
    """Whether the officer works on tips: an auditor or an administrator does not."""
    return WORKING.includes(officer)


def tips_behind(indicator: Indicator, officer: Officer) -> QuerySet[Tip]:
    """Visible tips in which it was used in the offence; of a site, any page of it."""
    same = Q(pk=indicator.pk)
    if indicator.type == URL:
        host = lookup_key_of(indicator.type, indicator.value)
        ends = Q(value=host) | Q(value__regex=rf"^{_regex_literal(host)}[/?#:]")
        same |= Q(type=URL) & ends
    used = Sighting.objects.filter(
        role=Sighting.Role.USED, indicator__in=Indicator.objects.filter(same)
    )
    return _that_speak(Tip.objects.visible_to(officer).filter(pk__in=used.values("tip")))


def _that_speak(tips: QuerySet[Tip]) -> QuerySet[Tip]:
    return tips.exclude(outcome__in=_VOID_OUTCOMES).exclude(kind=Tip.Kind.OUT_OF_SCOPE)


def reporters_behind(tips: Iterable[uuid.UUID], *, hands: Collection[uuid.UUID]) -> int:
    """How many different reporters at most: two tips out of one conversation are one.

    What somebody with a hand in the entry took down is no reporter: one person could type in as
    many as it takes.
    """
    ids = set(tips)
    own = TakenDown.objects.filter(tip__in=ids, officer__in=tied_to_any(hands))
    return _count_by(
        "SELECT delivery_correspondents(%s::uuid[])", ids - set(own.values_list("tip", flat=True))
    )


def unlinked_behind(tips: Iterable[uuid.UUID]) -> int:
    """How many of the tips tell nothing of who sent them: they may all be of one reporter.

    Those that an officer took down are told by `taken_down_behind`.
    """
    ids = set(tips)
    typed = TakenDown.objects.filter(tip__in=ids)
    return _count_by(
        "SELECT delivery_unlinked(%s::uuid[])", ids - set(typed.values_list("tip", flat=True))
    )


def count_known_reporters(tips: Iterable[uuid.UUID]) -> int:
    """How many different reporters, those who left no trace counted as one: they may be."""
    ids = list(_that_speak(Tip.objects.filter(pk__in=tips)).values_list("pk", flat=True))
    return reporters_behind(ids, hands=()) - max(unlinked_behind(ids) - 1, 0)


def taken_down_behind(tips: Iterable[uuid.UUID]) -> list[tuple[Officer, int]]:
    """Who took tips down that speak for it, and how many: most of them first."""
    rows = TakenDown.objects.filter(tip__in=list(tips)).select_related("officer")
    counted = Counter(row.officer for row in rows)
    return counted.most_common()


def evidence_tips(listing: Listing, officer: Officer) -> list[Tip]:
    """The tips behind a listing that the officer may see; no trace of the others."""
    visible = visible_evidence(listing, officer)
    return list(visible.select_related("place").order_by("-id")[:50])


def visible_evidence(listing: Listing, officer: Officer) -> QuerySet[Tip]:
    """All of `evidence_tips`, however many they are."""
    behind = ListingEvidence.objects.filter(listing=listing).values("tip")
    return Tip.objects.visible_to(officer).filter(pk__in=behind)


def listings_to_check(officer: Officer) -> QuerySet[Listing]:
    """What waits for a second person, the oldest first."""
    return _visible_listings(officer).waiting().order_by("id")


def listings_in_force(officer: Officer) -> QuerySet[Listing]:
    """What the public finds now, the next to end first."""
    return _visible_listings(officer).public().order_by("expires_on", "id")


def listings_with_words(listings: QuerySet[Listing], words: str) -> QuerySet[Listing]:
    """Those of a number or link as it was typed, or with a part of it."""
    asked = {key for term in lookup_terms_in(words) for key in term.keys}
    same = Q(lookup_hash__in=[listing_hash(*key) for key in asked])
    return rows_with_words(listings, words, "indicator__value", or_else=same)


def ended_listings(officer: Officer) -> QuerySet[Listing]:
    """What has ended, the newest first."""
    return (
        _visible_listings(officer).filter(status=Listing.Status.ENDED).order_by("-ended_at", "-id")
    )


def open_disputes(officer: Officer) -> QuerySet[Dispute]:
    """What must be answered, the nearest deadline first."""
    mine = Dispute.objects.visible_to(officer).open().select_related("listing__indicator", "unit")
    return mine.order_by("due_on", "id")


def standing_listings(
    indicators: Iterable[uuid.UUID], officer: Officer
) -> dict[uuid.UUID, Listing]:
    """The visible listing of each indicator that waits or is public."""
    rows = _STANDING.fetch(indicators=list(indicators), unit_ids=officer.unit_ids)
    return {row.indicator_id: row for row in rows}


def _standing_query(*, indicators: Any, unit_ids: Any) -> QuerySet[Listing]:
    anybody = cast("Officer", OnlookerOf(unit_ids, (), ()))
    rows = _visible_listings(anybody).filter(indicator__in=indicators)
    return rows.exclude(status=Listing.Status.ENDED).order_by("status")


_STANDING: CompiledModelQuery[Listing] = CompiledModelQuery(_standing_query)


def _visible_listings(officer: Officer) -> ListingQuerySet:
    return Listing.objects.visible_to(officer).select_related("indicator", "unit", "made_by")


def _count_by(function: str, tips: Iterable[uuid.UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(function, [list(tips)])
        (count,) = cursor.fetchone()
    return int(count)


def _regex_literal(host: str) -> str:
    return "".join(c if c.isalnum() else f"\\{c}" for c in host)
