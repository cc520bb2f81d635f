"""Likely duplicates: which other tips may speak of the same event, and how alike they are.

The same number or link, or the same words. The page words the reason (parts/why_alike.html; how
alike: `likeness` of tips' desk_words).
"""

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    Func,
    Min,
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.inbox.tip.kept_traits import hashed_shingles, shingles_of_tips, traits_of_tip
from keng.kit import times
from keng.kit.among import Ids
from keng.kit.compiled_queries import CompiledModelQuery, CompiledQuery
from keng.language.same_incident import IncidentTraits, same_incident
from keng.language.similarity import jaccard
from keng.lookup.keys import may_be_public
from keng.lookup.models import Listing
from keng.lookup_pages.evidence import may_propose_listing, standing_listings
from keng.places.local_names import commune_code_of
from keng.tips.models import Sighting, Tip
from keng.tips.models.tip import OnlookerOf, fetch_incidents, sight_values
from keng.tips.wordless import is_wordless

_RECENT = datetime.timedelta(days=30)
# How many of the newest open tips are compared by their words, and how many of these wholly.
_MOST_COMPARED, _MOST_READ = 300, 16
# A share of common words and word pairs from which on a tip is worth a look whatever it tells of.
_LEAST_SHARED_WORDS = 0.1
# Hamlets have longer codes than communes.
_COMMUNE_CODE = 5
# From which score on two tips tell of one event, or may.
_SCORE_OF_ONE_EVENT = 0.5
_LEAST_SCORE = 0.1


@dataclass(slots=True)
class TipIndicator:
    """One indicator of a tip and where else it was used in an offence."""

    sighting: Sighting
    tips: int = 0
    units: int = 0
    since: datetime.datetime | None = None
    listing: Listing | None = None
    may_list: bool = False
    """Whether it could be proposed for the public look-up."""


@dataclass(slots=True)
class DuplicateCandidate:
    """A tip that may speak of the same event, and the reasons."""

    tip: Tip
    shared: list[str] = field(default_factory=list)
    score: float = 0.0
    """How likely both tell of one event."""
    apart: datetime.timedelta = datetime.timedelta(0)
    in_common: list[str] = field(default_factory=list)
    """What else speaks for it, in words."""

    @property
    def strength(self) -> str:
        """How alike, in a word of ours: "very", "fairly" or "slightly"."""
        if self.shared or self.score >= _SCORE_OF_ONE_EVENT:
            return "very"
        return "fairly" if self.score >= _LEAST_SCORE else "slightly"


def indicators_of_tip(tip: Tip, officer: Officer, sightings: list[Sighting]) -> list[TipIndicator]:
    """The indicators of a tip, each once; counted elsewhere only if used in the offence there.

    `sightings` are the tip's own, in the order of its words.
    """
    found: dict[uuid.UUID, TipIndicator] = {}
    for sighting in sightings:
        found.setdefault(sighting.indicator_id, TipIndicator(sighting))
    used = [key for key, seen in found.items() if seen.sighting.role == Sighting.Role.USED]
    if used:
        _count_elsewhere(tip, officer, found, used)
        _note_listings(officer, [found[key] for key in used])
    return list(found.values())


def _note_listings(officer: Officer, used: list[TipIndicator]) -> None:
    """Which of them the public finds or waits for, as far as the officer may see it."""
    listed = standing_listings([seen.sighting.indicator_id for seen in used], officer)
    for seen in used:
        indicator = seen.sighting.indicator
        seen.listing = listed.get(indicator.pk)
        seen.may_list = may_propose_listing(officer) and may_be_public(
            indicator.type, indicator.value
        )


def tips_with_indicator(sighting: Sighting, officer: Officer) -> "list[Tip]":
    """Visible tips in which the same indicator was used, newest first."""
    elsewhere = Sighting.objects.filter(
        indicator=sighting.indicator_id, role=Sighting.Role.USED
    ).exclude(tip=sighting.tip_id)
    visible = Tip.objects.visible_to(officer).filter(pk__in=elsewhere.values("tip"))
    return list(visible.select_related("place").order_by("-id")[:50])


def duplicate_candidates(
    tip: Tip, officer: Officer, sightings: list[Sighting], *, limit: int = 8
) -> list[DuplicateCandidate]:
    """Open tips that may tell of the same event, likeliest first; never duplicates.

    `sightings` are the tip's own.
    """
    if is_wordless(tip.text) and not sightings:
        # All of these have the same words, which nobody wrote.
        return []
    recent = _other_open_tips(tip, officer)
    used = {each.indicator_id for each in sightings if each.role == Sighting.Role.USED}
    shared = _shared_values(tip, officer, used, list(recent))
    own = hashed_shingles(tip.text)
    alike = {pk: jaccard(own, theirs) for pk, theirs in shingles_of_tips(recent, _texts_of).items()}
    likeliest = sorted(alike, key=lambda pk: (-len(shared.get(pk, ())), -alike[pk], pk))
    mine = traits_of_tip(tip, _communes_of(tip), _categories_of(tip))
    found = []
    for other in _whole_tips(likeliest[:_MOST_READ], officer):
        values = shared.get(other.pk, [])
        traits = traits_of_tip(other, _communes_of(other), _categories_of(other))
        score = same_incident(mine, traits)
        if values or score >= _LEAST_SCORE or alike[other.pk] >= _LEAST_SHARED_WORDS:
            apart = abs(other.received_at - tip.received_at)
            common = _in_common(mine, traits, has_words=alike[other.pk] >= _LEAST_SHARED_WORDS)
            found.append(DuplicateCandidate(other, values, score, apart, common))
    # A shared indicator says more than shared words.
    found.sort(key=lambda each: (-each.score - len(each.shared), each.apart, each.tip.pk))
    return found[:limit]


def _in_common(one: IncidentTraits, other: IncidentTraits, *, has_words: bool) -> list[str]:
    """Of a pair that is said to be alike an officer reads why, also where it is little."""
    kinds = one.categories[:1], other.categories[:1]
    said = {
        _("the same kind of event"): bool(kinds[0]) and kinds[0] == kinds[1],
        _("the same place"): bool(set(one.communes) & set(other.communes)),
        _("words in common"): has_words,
    }
    return [words for words, holds in said.items() if holds] or [_("a few rare words in common")]


def _communes_of(tip: Tip) -> list[str]:
    """What its words may name, the likeliest first; else where it came from."""
    suggestion = getattr(tip, "suggestion", None)
    named = [code for code in suggestion.places if len(code) == _COMMUNE_CODE] if suggestion else []
    came_from = commune_code_of(tip.place)
    return named or ([came_from] if came_from else [])


def _categories_of(tip: Tip) -> list[str]:
    """What an officer took it for, else what it seems to be, the likeliest first."""
    suggestion = getattr(tip, "suggestion", None)
    suggested = [one["code"] for one in suggestion.categories] if suggestion else []
    return [tip.category] if tip.category else suggested


def _other_open_tips(tip: Tip, officer: Officer) -> dict[uuid.UUID, int]:
    """The newest, each with a mark of its words: to read hundreds of texts costs more than all
    that is done with them, and most were read for the tip before.
    """
    sees = sight_values(officer)
    return dict(_OTHERS.fetch_rows(tip=tip.pk, since=times.now() - _RECENT, **sees))


def _others_query(*, tip: Any, since: Any, **onlooker: Any) -> QuerySet[Tip, Any]:
    open_tips = Tip.objects.visible_to(OnlookerOf(**onlooker)).open()
    others = open_tips.filter(duplicate_of__isnull=True, received_at__gte=since)
    mark = Func(
        "text", template="hashtextextended(%(expressions)s, 0)", output_field=BigIntegerField()
    )
    rows = others.exclude(pk=tip).exclude(text="").order_by("-id")
    return rows.values_list("pk", mark)[:_MOST_COMPARED]


def _texts_of(tips: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    return dict(Tip.objects.filter(pk__among=tips).values_list("pk", "text"))


def _whole_tips(tips: list[uuid.UUID], officer: Officer) -> list[Tip]:
    sees = sight_values(officer)
    found = _WHOLE.fetch(tips=tips, **sees)
    fetch_incidents(found, officer)
    return found


def _whole_query(*, tips: Any, **onlooker: Any) -> QuerySet[Tip]:
    visible = Tip.objects.visible_to(OnlookerOf(**onlooker)).filter(pk__in=tips)
    return visible.select_related("place__parent", "suggestion")


# The newest of thousands are found from the newest on, those of a small desk from the desk on.
_OTHERS = CompiledQuery(_others_query, plans_for_values=True)
_WHOLE: CompiledModelQuery[Tip] = CompiledModelQuery(_whole_query)


def _shared_values(
    tip: Tip, officer: Officer, used: set[uuid.UUID], others: list[uuid.UUID]
) -> dict[uuid.UUID, list[str]]:
    """Values that were used in the offence both here and there, by tip."""
    if not used or not others:
        return {}
    these = Ids(others)
    rows = Sighting.objects.filter(
        Q(tip__among=these) | Q(tip__duplicate_of__among=these),
        role=Sighting.Role.USED,
        indicator__in=used,
        tip__in=Tip.objects.visible_to(officer),
    ).exclude(tip=tip)
    found: dict[uuid.UUID, list[str]] = {}
    for tip_id, first, value in rows.values_list("tip", "tip__duplicate_of", "indicator__value"):
        values = found.setdefault(first or tip_id, [])
        if value not in values:
            values.append(value)
    return found


def _count_elsewhere(
    tip: Tip, officer: Officer, sightings: dict[uuid.UUID, TipIndicator], used: list[uuid.UUID]
) -> None:
    sees = sight_values(officer)
    for indicator, *counted in _ELSEWHERE.fetch_rows(tip=tip.pk, used=sorted(used), **sees):
        seen = sightings[indicator]
        seen.tips, seen.since, seen.units = counted


def _elsewhere_query(*, tip: Any, used: Any, **onlooker: Any) -> QuerySet[Sighting, Any]:
    visible = Tip.objects.visible_to(OnlookerOf(**onlooker)).exclude(pk=tip)
    rows = Sighting.objects.filter(indicator__in=used, role=Sighting.Role.USED, tip__in=visible)
    return (
        rows.order_by()
        .values("indicator")
        .annotate(
            tips=Count("tip", distinct=True),
            since=Min("tip__received_at"),
            units=Count("tip__responsible_unit", distinct=True),
        )
        .values_list("indicator", "tips", "since", "units")
    )


_ELSEWHERE = CompiledQuery(_elsewhere_query)
