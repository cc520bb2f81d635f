"""Which reports a word of thanks may count, and how many different people they can be of.

Nothing here reads who reported. Two reports with the same words count as one person's, all those
without words as one person's together, and so do those that were joined as duplicates; more the
machine does not know.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.language.similarity import jaccard, shingles
from keng.language.taxonomy import categories
from keng.places.models import Place, Unit
from keng.thanks.errors import AllOfOneHamlet, OfTooFewDays, TooFewReports
from keng.thanks.models import CountedTip
from keng.tips.models import Restriction, Tip, TipConcern

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# Longer than any month.
MONTH = datetime.timedelta(days=31)
# Each is compared with each other.
MOST_COUNTED = 200
# The newest of those that were counted already: a copy is written soon after what it copies.
_MOST_BEFORE = 1000
_SAME_WORDS = 0.9
LED_TO_SOMETHING = (
    Tip.Outcome.SOLVED,
    Tip.Outcome.PREVENTED,
    Tip.Outcome.HANDED_OVER,
    Tip.Outcome.WARNED,
)


def thanked_categories() -> list[str]:
    """Categories of which a group may hear: none that could expose a family or a child."""
    return [
        code
        for code, each in categories().items()
        if each.in_waves and each.in_warnings and not each.is_for_named
    ]


def ended_tips(unit: Unit, *, officer: "Officer") -> QuerySet[Tip]:
    """Reports of the desk and of those below it that may ever be counted, however lately ended.

    Never one about officers, for named officers, under a restriction, or out of scope and sealed;
    nor one whose reporter fears being found out, waits for an answer, or is in danger.
    """
    own = Q(responsible_unit=unit) | Q(responsible_unit__parent=unit)
    return (
        Tip.objects.visible_to(officer)
        .filter(
            own,
            state=Tip.State.CLOSED,
            outcome__in=LED_TO_SOMETHING,
            category__in=thanked_categories(),
            is_for_named=False,
            duplicate_of=None,
            withdrawn_at=None,
            purged_at=None,
            feared_at=None,
            waiting_since=None,
            danger_unheard=False,
            place__isnull=False,
        )
        .exclude(kind__in=(Tip.Kind.OFFICIAL, Tip.Kind.OUT_OF_SCOPE))
        .exclude(pk__in=TipConcern.objects.values("tip"))
        .exclude(pk__in=Restriction.objects.in_force().values("tip"))
    )


def uncounted_tips(unit: Unit, *, officer: "Officer") -> QuerySet[Tip]:
    """Those of them that are in no word of thanks."""
    return ended_tips(unit, officer=officer).exclude(pk__in=CountedTip.objects.values("tip_ref"))


def inside(place: Place) -> Q:
    """Of reports: whether they tell of this commune or province."""
    return Q(place=place) | Q(place__parent=place) | Q(place__parent__parent=place)


def is_ripe(now: datetime.datetime) -> Q:
    """Of reports: whether a month has passed since they ended."""
    return Q(closed_at__lte=now - MONTH)


def of_different_people(tips: Iterable[Tip], *, but: Iterable[Tip] = ()) -> list[Tip]:
    """One of those that say the same, in the given order; none that says what one of `but` does."""
    known = [shingles(tip.text) for tip in but]
    different = []
    for tip in tips:
        words = shingles(tip.text)
        if not any(_is_same(words, other) for other in known):
            known.append(words)
            different.append(tip)
    return different


def _is_same(words: frozenset[str], other: frozenset[str]) -> bool:
    """Without words (a picture, a sound) nothing says that they are of two people."""
    if not words and not other:
        return True
    if min(len(words), len(other)) < _SAME_WORDS * max(len(words), len(other)):
        # They cannot share so much, and counting it costs a hundred times more.
        return False
    return jaccard(words, other) >= _SAME_WORDS


def counted_before(category: str, *, officer: "Officer") -> QuerySet[Tip]:
    """Reports of this kind that stand in a word of thanks: whoever sent one of them again, or lets
    it end later, is told of already.
    """
    counted = CountedTip.objects.values("tip_ref")
    return Tip.objects.visible_to(officer).filter(category=category, pk__in=counted)


@dataclass(frozen=True, slots=True)
class CountedReports:
    """What a word of thanks would stand on."""

    tips: Sequence[Tip]
    possible_on: datetime.date | None = None
    """Where they are too few: the day from which on they are enough, if no more come."""
    copies: Sequence[Tip] = ()
    """Those beside them that say the same: they may count nowhere else."""

    def require_enough(self) -> None:
        """Raises TooFewReports, OfTooFewDays, AllOfOneHamlet."""
        if len(self.tips) < FEWEST_SHOWN:
            raise TooFewReports(self.possible_on)
        if not came_on_enough_days(self.tips):
            raise OfTooFewDays
        if are_of_one_hamlet(self.tips):
            raise AllOfOneHamlet


def came_on_enough_days(tips: Iterable[Tip]) -> bool:
    """Who writes often mostly writes on one day; of a chat nothing is left when a report ends."""
    return len({times.local_date(tip.received_at) for tip in tips}) >= FEWEST_SHOWN


def are_of_one_hamlet(tips: Iterable[Tip]) -> bool:
    """Then the commune's name hides nothing from those who live there."""
    places = {tip.place_id: tip.place for tip in tips}
    return len(places) == 1 and all(
        place is not None and place.kind == Place.Kind.HAMLET for place in places.values()
    )


def count_reports(unit: Unit, place: Place, category: str, *, officer: "Officer") -> CountedReports:
    """Different reports of this kind there that ended at least a month ago."""
    rows = uncounted_tips(unit, officer=officer).filter(inside(place), category=category)
    rows = rows.select_related("place").order_by("closed_at", "pk")
    before = list(
        counted_before(category, officer=officer).order_by("-pk").only("text")[:_MOST_BEFORE]
    )
    ripe = list(rows.filter(is_ripe(times.now()))[:MOST_COUNTED])
    different = of_different_people(ripe, but=before)
    if len(different) >= FEWEST_SHOWN:
        return CountedReports(different, copies=[tip for tip in ripe if tip not in different])
    all_of_them = of_different_people(rows[:MOST_COUNTED], but=before)
    return CountedReports(different, possible_on=_first_day_of_enough(all_of_them))


def _first_day_of_enough(tips: Sequence[Tip]) -> datetime.date | None:
    """When enough of these, the oldest end first, ended a month ago."""
    for number in range(FEWEST_SHOWN, len(tips) + 1):
        last, first = tips[number - 1], tips[:number]
        if last.closed_at and came_on_enough_days(first) and not are_of_one_hamlet(first):
            # The day after, since the month ends at some hour of its last day.
            return times.local_date(last.closed_at + MONTH) + datetime.timedelta(days=1)
    return None
