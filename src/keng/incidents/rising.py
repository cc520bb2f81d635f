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
    GUARD,
    LEAST_HISTORY,
    OLDEST,
    WEEK,
    Usual,
    usual,
)
from keng.incidents.wave_signs import Level, Sign, Told
from keng.kit.ids import first_coarse_id
from keng.language.indicators import is_own_site
from keng.language.taxonomy import may_count_in_waves
from keng.lookup.models import Indicator
from keng.places.models import Unit
from keng.tips.models import Sighting, Tip
from keng.tips.models.tip import TipQuerySet
from keng.tips.models.wave import FEWEST_TIPS_OF_WAVE

# On a day of storm the newest are compared by their words; numbers are counted over all of them.
_COMPARED = 250
_KNOWN = BASELINE_WEEKS * WEEK
_DAY = datetime.timedelta(days=1)
_SUGGESTED = KeyTextTransform("code", KeyTextTransform(0, "suggestion__categories"))
# What an officer decided, until then what the machine suggests.
SORT_OF = Case(
    When(category="", then=Coalesce(_SUGGESTED, Value(""))),
    default=F("category"),
    output_field=CharField(),
)


def provinces() -> list[Unit]:
    """The desks over whose whole area waves are looked for."""
    return list(Unit.objects.filter(kind=Unit.Kind.PROVINCE, parent__isnull=True).order_by("pk"))


def told_lately(province: Unit, now: datetime.datetime) -> list[Told]:
    """The examined tips of the last week, newest first; words only of the newest ones."""
    tips = _since(province, now - WEEK * _DAY).order_by("-id")
    rows = list(tips.values_list("pk", "received_at", SORT_OF, "place", "text"))
    chats = _chats([row[0] for row in rows], now)
    return [
        Told(
            pk,
            at,
            category,
            place,
            text if n < _COMPARED else "",
            chats.get(pk) or hashlib.sha256(text.strip().casefold().encode()).digest(),
        )
        for n, (pk, at, category, place, text) in enumerate(rows)
    ]


def _chats(tips: list[uuid.UUID], now: datetime.datetime) -> dict[uuid.UUID, bytes]:
    """The keyed hash of the chat each tip came by: one person is one, however many tips."""
    found = Inbound.objects.filter(
        id__gte=first_coarse_id(now - (WEEK + 1) * _DAY),
        tip_ref__in=tips,
        conversation_hash__isnull=False,
    )
    rows = found.values_list("tip_ref", "conversation_hash")
    return {tip: bytes(who) for tip, who in rows if tip and who}


def joins() -> Q:
    """What was used in the offence; a site of its own also where nobody said so yet.

    Such a site is nobody's own number, and stands between tips of an incident in the same way.
    """
    return Q(role=Sighting.Role.USED) | Q(
        role=Sighting.Role.UNKNOWN, indicator__type=Indicator.Type.URL
    )


def signs(told: list[Told]) -> list[Sign]:
    """What joins several of these tips; never a host that everybody uses."""
    rows = Sighting.objects.filter(
        joins(), tip__in=[tip.pk for tip in told if may_count_in_waves(tip.category)]
    ).values_list("indicator", "indicator__type", "indicator__value", "tip")
    found: dict[tuple[uuid.UUID, str, str], set[uuid.UUID]] = defaultdict(set)
    for pk, kind, value, tip in rows:
        found[pk, kind, value].add(tip)
    return [
        Sign(pk, kind, value, frozenset(tips))
        for (pk, kind, value), tips in sorted(found.items(), key=lambda each: each[0][1:])
        if len(tips) >= FEWEST_TIPS_OF_WAVE and (kind != Indicator.Type.URL or is_own_site(value))
    ]


def level(province: Unit, found: list[Sign], now: datetime.datetime) -> Level:
    """What was usual in the eight weeks that ended nine days ago."""
    before = _since(province, now - OLDEST * _DAY).filter(
        received_at__lte=now - (WEEK + GUARD) * _DAY
    )
    days = _history(before, now)
    counted = before.values(sort_of=SORT_OF, week=_week(now)).annotate(n=Count("pk"))
    weeks: dict[str, list[int]] = defaultdict(lambda: [0] * BASELINE_WEEKS)
    for row in counted.order_by():
        weeks[row["sort_of"]][min(row["week"], BASELINE_WEEKS - 1)] += row["n"]
    used = (
        Sighting.objects.filter(joins(), indicator__in=[sign.pk for sign in found], tip__in=before)
        .values("indicator")
        .annotate(n=Count("tip", distinct=True))
    )
    unseen = Usual(1 / _KNOWN)
    return Level(
        {category: usual(counts, days=days) for category, counts in weeks.items()},
        {row["indicator"]: Usual(row["n"] / _KNOWN) for row in used},
        unseen,
        is_known=days >= LEAST_HISTORY,
    )


def _history(before: TipQuerySet, now: datetime.datetime) -> int:
    """How many days of the eight weeks the desk has been at work."""
    first = before.aggregate(first=Min("received_at"))["first"]
    return min(_KNOWN, (now - first).days - WEEK - GUARD + 1) if first else 0


def _since(province: Unit, moment: datetime.datetime) -> TipQuerySet:
    """By the id as well, which tells the time and has an index."""
    return Tip.objects.in_waves().filter(
        Q(responsible_unit=province) | Q(responsible_unit__parent=province),
        id__gte=first_coarse_id(moment),
        received_at__gt=moment,
        examined_at__isnull=False,
    )


def _week(now: datetime.datetime) -> Func:
    """How many weeks before the baseline's end a tip came in."""
    end = Value(now - (WEEK + GUARD) * _DAY, output_field=DateTimeField())
    return Func(
        end,
        F("received_at"),
        arg_joiner=" - ",
        output_field=IntegerField(),
        template="floor(extract(epoch from (%(expressions)s)) / 604800)::int",
    )
