"""What the worker reads to find waves: the last week of a province, and the weeks before it."""

import datetime
import hashlib
import uuid
from collections import defaultdict

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Min,
    Q,
    Value,
    When,
)
from django.db.models.expressions import Func
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from keng.delivery.models import Inbound
from keng.incidents.usual_level import (
    BASELINE_WEEKS,
    GUARD_DAYS,
    LEAST_HISTORY_DAYS,
    OLDEST_DAYS,
    WEEK_DAYS,
    UsualLevel,
    usual_level_of,
)
from keng.incidents.wave_signs import Baseline, IndicatorSign, RecentTip
from keng.kit.ids import first_coarse_id
from keng.language.indicators import is_own_site
from keng.language.taxonomy import may_count_in_waves
from keng.lookup.models import Indicator
from keng.places.models import Unit
from keng.tips.models import Sighting, Tip
from keng.tips.models.tip import TipQuerySet
from keng.tips.models.wave import FEWEST_TIPS_OF_WAVE
from keng.tips.wordless import is_wordless

# On a day of storm the newest are compared by their words; numbers are counted over all of them.
_MOST_COMPARED = 250
_BASELINE_DAYS = BASELINE_WEEKS * WEEK_DAYS
_DAY = datetime.timedelta(days=1)
_SUGGESTED_CATEGORY = KeyTextTransform("code", KeyTextTransform(0, "suggestion__categories"))
# What an officer decided, until then what the machine suggests.
CATEGORY_OR_GUESS = Case(
    When(category="", then=Coalesce(_SUGGESTED_CATEGORY, Value(""))),
    default=F("category"),
    output_field=CharField(),
)


def wave_provinces() -> list[Unit]:
    """The desks over whose whole area waves are looked for."""
    return list(Unit.objects.filter(kind=Unit.Kind.PROVINCE, parent__isnull=True).order_by("pk"))


def recent_tips(province: Unit, now: datetime.datetime) -> list[RecentTip]:
    """The examined tips of the last week, newest first; words only of the newest ones."""
    tips = _province_tips_since(province, now - WEEK_DAYS * _DAY).order_by("-id")
    rows = list(tips.values_list("pk", "received_at", CATEGORY_OR_GUESS, "place", "text"))
    chats = _chat_hashes([row[0] for row in rows], now)
    return [
        RecentTip(
            pk,
            at,
            category,
            place,
            text if n < _MOST_COMPARED else "",
            chats.get(pk) or _teller_by_words(pk, text),
        )
        for n, (pk, at, category, place, text) in enumerate(rows)
    ]


def _teller_by_words(tip_id: uuid.UUID, text: str) -> bytes:
    """Who says the same in the same words is one person; pictures alone have no words."""
    if is_wordless(text):
        return tip_id.bytes
    return hashlib.sha256(text.strip().casefold().encode()).digest()


def _chat_hashes(tips: list[uuid.UUID], now: datetime.datetime) -> dict[uuid.UUID, bytes]:
    """The keyed hash of the chat each tip came by: one person is one, however many tips."""
    found = Inbound.objects.filter(
        id__gte=first_coarse_id(now - (WEEK_DAYS + 1) * _DAY),
        tip_ref__in=tips,
        conversation_hash__isnull=False,
    )
    rows = found.values_list("tip_ref", "conversation_hash")
    return {tip: bytes(who) for tip, who in rows if tip and who}


def joining_sightings() -> Q:
    """What was used in the offence; a site of its own also where nobody said so yet.

    Such a site is nobody's own number, and stands between tips of an incident in the same way.
    """
    return Q(role=Sighting.Role.USED) | Q(
        role=Sighting.Role.UNKNOWN, indicator__type=Indicator.Type.URL
    )


def indicator_signs(recent: list[RecentTip]) -> list[IndicatorSign]:
    """What joins several of these tips; never a host that everybody uses."""
    rows = Sighting.objects.filter(
        joining_sightings(), tip__in=[tip.pk for tip in recent if may_count_in_waves(tip.category)]
    ).values_list("indicator", "indicator__type", "indicator__value", "tip")
    found: dict[tuple[uuid.UUID, str, str], set[uuid.UUID]] = defaultdict(set)
    for pk, kind, value, tip in rows:
        found[pk, kind, value].add(tip)
    return [
        IndicatorSign(pk, kind, value, frozenset(tips))
        for (pk, kind, value), tips in sorted(found.items(), key=lambda each: each[0][1:])
        if len(tips) >= FEWEST_TIPS_OF_WAVE and (kind != Indicator.Type.URL or is_own_site(value))
    ]


def baseline_of(province: Unit, found: list[IndicatorSign], now: datetime.datetime) -> Baseline:
    """What was usual in the eight weeks that ended nine days ago."""
    before = _province_tips_since(province, now - OLDEST_DAYS * _DAY).filter(
        received_at__lte=now - (WEEK_DAYS + GUARD_DAYS) * _DAY
    )
    days = _days_known(before, now)
    counted = before.values(sort_of=CATEGORY_OR_GUESS, week=_weeks_before(now)).annotate(
        n=Count("pk")
    )
    weeks: dict[str, list[int]] = defaultdict(lambda: [0] * BASELINE_WEEKS)
    for row in counted.order_by():
        weeks[row["sort_of"]][min(row["week"], BASELINE_WEEKS - 1)] += row["n"]
    used = (
        Sighting.objects.filter(
            joining_sightings(), indicator__in=[sign.pk for sign in found], tip__in=before
        )
        .values("indicator")
        .annotate(n=Count("tip", distinct=True))
    )
    unseen = UsualLevel(1 / _BASELINE_DAYS)
    return Baseline(
        {category: usual_level_of(counts, days=days) for category, counts in weeks.items()},
        {row["indicator"]: UsualLevel(row["n"] / _BASELINE_DAYS) for row in used},
        unseen,
        is_known=days >= LEAST_HISTORY_DAYS,
    )


def _days_known(before: TipQuerySet, now: datetime.datetime) -> int:
    """How many days of the eight weeks the desk has been at work."""
    first = before.aggregate(first=Min("received_at"))["first"]
    return min(_BASELINE_DAYS, (now - first).days - WEEK_DAYS - GUARD_DAYS + 1) if first else 0


def _province_tips_since(province: Unit, moment: datetime.datetime) -> TipQuerySet:
    """By the id as well, which tells the time and has an index."""
    return Tip.objects.in_waves().filter(
        Q(responsible_unit=province) | Q(responsible_unit__parent=province),
        id__gte=first_coarse_id(moment),
        received_at__gt=moment,
        examined_at__isnull=False,
    )


def _weeks_before(now: datetime.datetime) -> Func:
    """How many weeks before the baseline's end a tip came in."""
    end = Value(now - (WEEK_DAYS + GUARD_DAYS) * _DAY, output_field=DateTimeField())
    return Func(
        end,
        F("received_at"),
        arg_joiner=" - ",
        output_field=IntegerField(),
        template="floor(extract(epoch from (%(expressions)s)) / 604800)::int",
    )
