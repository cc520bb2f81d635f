"""How far a partner reached: what was opened by its links, and in how many groups it passed on.

A day counts once it is over. What was opened is told in steps of five, and less than five not at
all: no number stands here that one reader's tap moves by one.
"""

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from keng.accounts.models import Partner
from keng.accounts.partner_role import in_partner_role
from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.partners.campaign_coverage import ShownCounts, shown_counts
from keng.partners.campaign_parts import communes_of_partner
from keng.partners.models import CampaignDay, KitShare, ReachDay

DAYS_KEPT = 400
KINDS_NOTED_BY_DAY = (ReachDay.Kind.LESSON, ReachDay.Kind.SURVEY)
"""Of these a ReachDay keeps the groups; of warnings KitShare does, of campaigns CampaignDay."""
PERIODS = (7, 30, DAYS_KEPT)
"""Days before today that can be looked at together."""
_MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class CommuneReach:
    """A commune where the partner works. None opened: fewer than five."""

    name: str
    opened: int | None
    groups: int
    """As the partner's own people say."""


@dataclass(frozen=True, slots=True)
class KindReach:
    """Warnings, lessons, campaigns or surveys in all communes. None opened: fewer than five."""

    name: str
    opened: int | None
    groups: int
    """As the partner's own people say."""


@dataclass(frozen=True, slots=True)
class DayReach:
    """A day that is over, in all communes. None opened: fewer than five."""

    day: datetime.date
    opened: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """What the partner's own people read of some days that are over."""

    communes: list[CommuneReach]
    others: ShownCounts
    """What is told of communes that have no number of their own."""
    unnamed: CommuneReach
    """By links for no commune, and in groups of none."""
    kinds: list[KindReach]
    days: list[DayReach]
    """The newest first, those with a number."""
    opened: int | None
    """In all, of what is told above: so no commune is found by subtracting."""
    groups: int


def reach_of(partner: Partner, days: int) -> Reach:
    """Of the last days before today, at most as many as are kept."""
    today = times.local_date(times.now())
    first = today - datetime.timedelta(days=days)
    opened, by_kind, by_day = _openings(partner, first, today)
    groups, groups_by_kind = _groups(partner, first, today)
    communes = communes_of_partner(partner)
    # Of communes that are none any more nothing is told apart.
    known = {place.pk for place in communes}
    without = sum(count for key, count in opened.items() if key not in known)
    shown = shown_counts({place.pk: opened[place.pk] for place in communes})
    unnamed = CommuneReach(
        "",
        _in_fives(without),
        sum(count for key, count in groups.items() if key not in known),
    )
    told = sum(shown.at_least.values()) + (shown.others_at_least or 0) + (unnamed.opened or 0)
    return Reach(
        communes=[
            CommuneReach(place.full_name, shown.at_least.get(place.pk), groups[place.pk])
            for place in communes
        ],
        others=shown,
        unnamed=unnamed,
        kinds=[
            KindReach(str(kind.label), _in_fives(by_kind[kind]), groups_by_kind[kind])
            for kind in ReachDay.Kind
        ],
        days=[
            DayReach(day, _in_fives(count))
            for day, count in sorted(by_day.items(), reverse=True)[:_MOST_DAYS]
            if count >= FEWEST_SHOWN
        ],
        opened=told or None,
        groups=groups.total(),
    )


@dataclass(frozen=True, slots=True)
class PassedOnToday:
    """What the partner's people said today; it counts above once the day is over."""

    kind: str
    place: str
    """Empty: of no single commune."""
    groups: int


def passed_on_today(partner: Partner) -> list[PassedOnToday]:
    """Lessons and surveys."""
    today = times.local_date(times.now())
    said = ReachDay.objects.filter(partner=partner, day=today, groups__gt=0).order_by("kind", "id")
    with in_partner_role():
        rows = list(said.values_list("kind", "place", "groups"))
    names = {place.pk: place.full_name for place in communes_of_partner(partner)}
    return [
        PassedOnToday(str(ReachDay.Kind(kind).label), names.get(place, ""), groups)
        for kind, place, groups in rows
    ]


def _in_fives(count: int) -> int | None:
    """Rounded down; None for fewer than five."""
    return count - count % FEWEST_SHOWN if count >= FEWEST_SHOWN else None


def _openings(
    partner: Partner, first: datetime.date, today: datetime.date
) -> tuple[Counter[uuid.UUID | None], Counter[str], Counter[datetime.date]]:
    """By commune (None: the link was for none), by kind and by day."""
    counted = ReachDay.objects.filter(partner=partner, day__gte=first, day__lt=today)
    with in_partner_role():
        rows = list(counted.values_list("place", "kind", "day", "opened"))
    by_place: Counter[uuid.UUID | None] = Counter()
    by_kind: Counter[str] = Counter()
    by_day: Counter[datetime.date] = Counter()
    for place, kind, day, opened in rows:
        by_place[place] += opened
        by_kind[kind] += opened
        by_day[day] += opened
    return by_place, by_kind, by_day


def _groups(
    partner: Partner, first: datetime.date, today: datetime.date
) -> tuple[Counter[uuid.UUID | None], Counter[str]]:
    """In how many groups the partner's people say they passed it on, by commune and by kind."""
    begin, end = (_midnight(day) for day in (first, today))
    days = {"day__gte": first, "day__lt": today}
    shares = KitShare.objects.filter(partner=partner, shared_at__gte=begin, shared_at__lt=end)
    campaigns = CampaignDay.objects.filter(campaign__partner=partner, **days)
    said: list[tuple[uuid.UUID | None, str, int]] = []
    for kind, rows in ((ReachDay.Kind.WARNING, shares), (ReachDay.Kind.CAMPAIGN, campaigns)):
        for place, count in rows.values_list("place").annotate(Sum("groups")):
            said.append((place, kind, count))
    with in_partner_role():
        of_days = ReachDay.objects.filter(partner=partner, kind__in=KINDS_NOTED_BY_DAY, **days)
        said += of_days.values_list("place", "kind").annotate(Sum("groups"))
    by_place: Counter[uuid.UUID | None] = Counter()
    by_kind: Counter[str] = Counter()
    for place, of_kind, count in said:
        by_place[place] += count
        by_kind[of_kind] += count
    return by_place, by_kind


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
