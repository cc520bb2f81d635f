"""Waves as an officer may see them: with their own tips, and not a word of those of others."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Func, IntegerField, Max, Min, Q, QuerySet

from keng.accounts.models import Officer
from keng.accounts.who import WORKING
from keng.incidents.rising import joining_sightings
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.language.taxonomy import is_scam, scam_categories
from keng.tips.models import Sighting, Tip, Wave, WaveStep, WaveTip
from keng.tips.models.tip import OnlookerOf, TipQuerySet, sight_values

_DAYS_OF_CURVE = 14
_MOST_LISTED = 100


@dataclass(slots=True)
class WaveView:
    """A wave for one officer: how many of its tips they see, and what their desk made of it."""

    wave: Wave
    here: int
    total: int
    span: datetime.timedelta
    """From the first to the last of those they see."""
    is_whole: bool
    """Whether they see the whole province: only then are its numbers theirs to read."""
    steps: list[WaveStep] = field(default_factory=list)
    not_joined: int = 0
    """How many of the tips here are open and in no incident: nobody did anything for those yet."""
    known: frozenset[str] = frozenset()
    """Ids of the indicators that occur in tips they see."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether a desk may say that others have such tips too; said of scams alone."""
        return self.total > self.here and is_scam(self.wave.category)

    @property
    def dismissal(self) -> WaveStep | None:
        """The desk's own "not a wave", if it still stands."""
        return next((step for step in self.steps if step.kind == WaveStep.Kind.DISMISSED), None)

    @property
    def warnings(self) -> list[WaveStep]:
        """Warnings that the desk began from it."""
        return [step for step in self.steps if step.kind == WaveStep.Kind.WARNED]

    @property
    def is_unanswered(self) -> bool:
        """Whether the desk has said nothing to it yet."""
        return self.wave.state == Wave.State.OPEN and not self.steps and self.not_joined > 0


def running_waves(officer: Officer) -> list[WaveView]:
    """What has not ended, newest first."""
    waves = Wave.objects.visible_to(officer).exclude(state=Wave.State.ENDED)
    return _wave_views(waves.order_by("-found_at"), officer)


def ended_waves(officer: Officer) -> list[WaveView]:
    """What has, newest first."""
    waves = Wave.objects.visible_to(officer).filter(state=Wave.State.ENDED)
    return _wave_views(waves.order_by("-ended_at"), officer)


def visible_wave(pk: uuid.UUID, officer: Officer) -> WaveView | None:
    """This wave, if the officer sees one of its tips."""
    found = _wave_views(Wave.objects.visible_to(officer).filter(pk=pk), officer)
    return found[0] if found else None


def unanswered_waves(officer: Officer) -> list[WaveView]:
    """For the line over the list: what the desk has said nothing to yet; the largest first."""
    # Each look at the list asks, and nearly always nothing rises.
    ids = _OPEN_IDS.fetch_rows(**sight_values(officer))
    if not ids:
        return []
    waves = Wave.objects.visible_to(officer).filter(pk__in=[row[0] for row in ids])
    found = [
        seen for seen in _wave_views(waves.order_by("-found_at"), officer) if seen.is_unanswered
    ]
    return sorted(found, key=lambda seen: -seen.here)


def wave_of_tip(tip: Tip, officer: Officer) -> WaveView | None:
    """The wave that an open tip fits, so that a desk's very first one offers the warning."""
    if not tip.is_open:
        return None
    # Most tips fit none, and asking for what a wave shows costs more than all else of the page.
    its = list(WaveTip.objects.filter(tip=tip).values_list("wave", flat=True))
    if not its:
        return None
    waves = Wave.objects.visible_to(officer).filter(pk__in=its, state=Wave.State.OPEN)
    found = _wave_views(waves.order_by("-found_at"), officer)
    return next((seen for seen in found if not seen.dismissal), None)


def scams_rising_elsewhere(officer: Officer) -> list[str]:
    """Sorts of scam that rise in the province without a tip here: which sort, and no more.

    Of nothing but scams: of other things even that could tell a desk who went past it.
    """
    above = {unit.parent_id for unit in WORKING.own_units(officer) if unit.parent_id}
    waves = Wave.objects.filter(
        unit__in=above, state=Wave.State.OPEN, category__in=scam_categories()
    ).exclude(pk__in=Wave.objects.visible_to(officer).values("pk"))
    return sorted(set(waves.values_list("category", flat=True)))


def tips_of_wave(wave: Wave, officer: Officer) -> TipQuerySet:
    """Its tips that the officer sees, newest first."""
    visible = Tip.objects.visible_to(officer).in_waves().filter(waves__wave=wave)
    return visible.order_by("-received_at", "-id")


def wave_curve(wave: Wave, officer: Officer) -> list[tuple[datetime.date, int]]:
    """How many of these came in on each of the last days, the newest last."""
    counted: dict[datetime.date, int] = {}
    for at in tips_of_wave(wave, officer).values_list("received_at", flat=True):
        day = times.local_date(at)
        counted[day] = counted.get(day, 0) + 1
    last = times.local_date(wave.ended_at or times.now())
    first = min([last - datetime.timedelta(days=_DAYS_OF_CURVE - 1), *counted])
    days = (last - first).days + 1
    return [
        (day, counted.get(day, 0))
        for day in (first + datetime.timedelta(days=n) for n in range(days))
    ][-60:]


def standing_dismissal(wave: Wave, unit_id: uuid.UUID) -> WaveStep | None:
    """A desk's "not a wave" that was not taken back."""
    return wave.steps.filter(
        unit_id=unit_id, kind=WaveStep.Kind.DISMISSED, taken_back_at=None
    ).first()


def _open_ids_query(**onlooker: Any) -> QuerySet[Wave, Any]:
    visible = Wave.objects.visible_to(OnlookerOf(**onlooker))
    return (
        visible.filter(state=Wave.State.OPEN).order_by("-found_at").values_list("pk")[:_MOST_LISTED]
    )


_OPEN_IDS = CompiledQuery(_open_ids_query)


def _wave_views(waves: QuerySet[Wave], officer: Officer) -> list[WaveView]:
    visible = Tip.objects.visible_to(officer).in_waves()
    rows = list(
        waves.select_related("unit").annotate(
            here=Count("members", filter=Q(members__tip__in=visible), distinct=True),
            not_joined=Count(
                "members",
                filter=Q(members__tip__in=visible.open().filter(incident=None)),
                distinct=True,
            ),
            # Those of other desks, too, which the database shows to nobody here.
            total=Func("pk", function="keng_wave_size", output_field=IntegerField()),
            first=Min("members__tip__received_at", filter=Q(members__tip__in=visible)),
            last=Max("members__tip__received_at", filter=Q(members__tip__in=visible)),
        )[:_MOST_LISTED]
    )
    if not rows:
        return []
    steps: dict[uuid.UUID, list[WaveStep]] = {}
    taken = WaveStep.objects.filter(
        wave__in=rows, unit__in=officer.own_unit_ids, taken_back_at=None
    )
    for step in taken.select_related("by").order_by("-id"):
        steps.setdefault(step.wave_id, []).append(step)
    known = _known_indicators(rows, visible)
    return [
        WaveView(
            wave,
            here=wave.here,
            total=wave.total,
            span=wave.last - wave.first if wave.last and wave.first else datetime.timedelta(0),
            is_whole=wave.unit_id in officer.own_unit_ids,
            steps=steps.get(wave.pk, []),
            not_joined=wave.not_joined,
            known=frozenset(known.get(wave.pk, ())),
        )
        for wave in rows
    ]


def _known_indicators(waves: Sequence[Wave], visible: TipQuerySet) -> dict[uuid.UUID, set[str]]:
    keys = {reason["id"] for wave in waves for reason in wave.reasons if "id" in reason}
    if not keys:
        return {}
    rows = Sighting.objects.filter(
        joining_sightings(), indicator__in=keys, tip__in=visible, tip__waves__wave__in=waves
    ).values_list("tip__waves__wave", "indicator")
    found: dict[uuid.UUID, set[str]] = {}
    for wave, indicator in rows.distinct():
        found.setdefault(wave, set()).add(str(indicator))
    return found
