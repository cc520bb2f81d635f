"""Waves: found by the worker, judged by people. Nothing here changes a tip."""

import datetime
import uuid
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.accounts.who import WORKING
from keng.acts.act import act
from keng.acts.errors import NotAllowed, TooLate
from keng.acts.locks import lock, take_turn
from keng.acts.work import permit_over, work
from keng.audit.actions import record, unit_chain
from keng.incidents import acts, rising
from keng.incidents.wave_queries import standing_dismissal
from keng.incidents.wave_signs import IndicatorSign, Rise, find_rises
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.kit.replica import read_replica
from keng.lookup.models import Indicator
from keng.places.models import Unit
from keng.tips.errors import NoReason
from keng.tips.models import Tip, Wave, WaveStep, WaveTip
from keng.tips.models.wave import FEWEST_TIPS_OF_WAVE

# So long after it was last over its level a wave ends by itself.
ENDS_AFTER_QUIET = datetime.timedelta(days=3)


class WaveIsOver(TooLate):
    """The wave ended by itself before this was said of it."""

    sentence = _("Not done: this wave has ended.")


def find_waves() -> int:
    """Look at every province once; 0, since everything is looked at in one go."""
    for province in rising.wave_provinces():
        now = times.now()
        # Ten weeks of tips; what is kept of them the primary confirms.
        risen = read_replica(partial(_look_over, province, now))
        _keep_waves_of(province, risen.value, now)
    _forget_gone_numbers()
    return 0


# Numbers that no report and no listing names any more: they were destroyed with what named them.
_WAVES_WITH_GONE_NUMBERS = """
SELECT wave.id FROM tips_wave wave WHERE EXISTS (
  SELECT FROM jsonb_array_elements(wave.reasons) AS reason
  WHERE reason ->> 'sign' = 'indicator' AND NOT EXISTS (
    SELECT FROM lookup_indicator known WHERE known.id = (reason ->> 'id')::uuid)
)
"""


@work()
def _forget_gone_numbers() -> None:
    """A number goes from the reasons of waves once the reports that told it were destroyed."""
    if not take_turn(TurnLock.WAVES):
        return
    with connection.cursor() as cursor:
        cursor.execute(_WAVES_WITH_GONE_NUMBERS)
        gone = [pk for (pk,) in cursor]
    for wave in Wave.objects.filter(pk__in=gone):
        known = {
            str(pk)
            for pk in Indicator.objects.filter(pk__in=_indicator_ids(wave)).values_list(
                "pk", flat=True
            )
        }
        wave.reasons = [each for each in wave.reasons if "id" not in each or each["id"] in known]
        wave.save(update_fields=["reasons"])


class _LookOver(NamedTuple):
    """What rises in a province, and what joins its tips of the week."""

    rises: list[Rise]
    signs: list[IndicatorSign]


def _look_over(province: Unit, now: datetime.datetime) -> _LookOver:
    recent = rising.recent_tips(province, now)
    signs = rising.indicator_signs(recent)
    usual = rising.baseline_of(province, signs, now)
    return _LookOver(find_rises(recent, signs, usual, now), signs)


@work()
def _keep_waves_of(province: Unit, risen: _LookOver, now: datetime.datetime) -> None:
    # Two workers at once would find the same wave twice.
    if not take_turn(TurnLock.WAVES):
        return
    risen = _without_gone_tips(risen)
    found, signs = risen
    running = list(
        Wave.objects.filter(unit=province).exclude(state=Wave.State.ENDED).order_by("found_at")
    )
    if not (found or running):
        return
    kept = _RunningWaves(running)
    for rise in found:
        _keep_rise(province, rise, kept, now)
    used = {sign.tips: str(sign.pk) for sign in signs}
    for wave in kept.waves:
        _add_tips(
            wave,
            {pk for tips, key in used.items() if key in _indicator_ids(wave) for pk in tips},
            kept,
        )
        if wave.seen_at < now - ENDS_AFTER_QUIET:
            wave.state, wave.ended_at = Wave.State.ENDED, now
            wave.save(update_fields=["state", "ended_at"])


def _without_gone_tips(risen: _LookOver) -> _LookOver:
    """Less what was withdrawn, sealed or sorted otherwise since it was read."""
    read = {pk for part in risen for each in part for pk in each.tips}
    there = set(Tip.objects.in_waves().filter(pk__in=read).values_list("pk", flat=True))
    rises = [replace(rise, tips=rise.tips & there) for rise in risen.rises]
    return _LookOver(
        [rise for rise in rises if len(rise.tips) >= FEWEST_TIPS_OF_WAVE],
        [sign._replace(tips=sign.tips & there) for sign in risen.signs],
    )


class _RunningWaves:
    """The waves that have not ended, and the tips of each."""

    def __init__(self, waves: list[Wave]) -> None:
        self.waves = waves
        self.tips: dict[uuid.UUID, set[uuid.UUID]] = {wave.pk: set() for wave in waves}
        members = WaveTip.objects.filter(wave__in=waves).values_list("wave", "tip")
        for wave, tip in members:
            self.tips[wave].add(tip)

    def matching(self, rise: Rise) -> list[Wave]:
        """Those with the same number, link or tips; for a category alone, of that category."""
        keys = {reason["id"] for reason in rise.reasons if "id" in reason}
        category = _is_category_alone(rise.reasons) and rise.category
        return [
            wave
            for wave in self.waves
            if keys & _indicator_ids(wave)
            or (category and _is_category_alone(wave.reasons) and wave.category == category)
            or (
                not category
                and not _is_category_alone(wave.reasons)
                and self.tips[wave.pk] & rise.tips
            )
        ]


def _keep_rise(province: Unit, rise: Rise, kept: _RunningWaves, now: datetime.datetime) -> None:
    """Write what rises: a new wave, or the one it already is."""
    # One that is open hides in none that was dismissed.
    same = sorted(kept.matching(rise), key=lambda each: each.state != Wave.State.OPEN)
    wave = same[0] if same else Wave.objects.create(unit=province, found_at=now)
    if not same:
        kept.waves.append(wave)
        kept.tips[wave.pk] = set()
    earlier = [r for r in wave.reasons if r.get("id") not in {x.get("id") for x in rise.reasons}]
    wave.reasons = rise.reasons + [reason for reason in earlier if "id" in reason]
    wave.category, wave.seen_at = rise.category or wave.category, now
    # Two that turn out to be one go on as one, with the tips and the warnings of both.
    for other in same[1:]:
        _add_tips(wave, kept.tips[other.pk], kept, save=False)
        other.steps.filter(kind=WaveStep.Kind.WARNED).update(wave=wave)
        other.state, other.ended_at = Wave.State.ENDED, now
        other.save(update_fields=["state", "ended_at"])
        kept.waves.remove(other)
    _add_tips(wave, rise.tips, kept, save=False)
    grown = _has_grown(wave, len(kept.tips[wave.pk]))
    if grown:
        wave.state, wave.found_at = Wave.State.OPEN, now
    wave.save()
    if not same or grown:
        size = {"tips": len(kept.tips[wave.pk])}
        record("wave.found", by="worker", on=wave, chain=unit_chain(province.pk), detail=size)


def _has_grown(wave: Wave, size: int) -> bool:
    """Whether it opens again for everybody: the province said no when it was half as large.

    Each desk that said so for itself at half the size is asked again, too.
    """
    outgrown = wave.steps.filter(
        kind=WaveStep.Kind.DISMISSED, taken_back_at=None, tips_then__lte=size // 2
    )
    is_the_provinces = outgrown.filter(unit=wave.unit_id).exists()
    outgrown.update(taken_back_at=times.now())
    return wave.state == Wave.State.DISMISSED and is_the_provinces


def _add_tips(wave: Wave, tips: set[uuid.UUID], kept: _RunningWaves, *, save: bool = True) -> None:
    """Further tips of a wave; it goes on as long as some join."""
    fresh = tips - kept.tips[wave.pk]
    if not fresh:
        return
    WaveTip.objects.bulk_create(
        [WaveTip(wave=wave, tip_id=pk) for pk in sorted(fresh)], ignore_conflicts=True
    )
    kept.tips[wave.pk] |= fresh
    wave.seen_at = times.now()
    if save:
        wave.save(update_fields=["seen_at"])


def _indicator_ids(wave: Wave) -> set[str]:
    return {reason["id"] for reason in wave.reasons if "id" in reason}


def _is_category_alone(reasons: list[dict[str, Any]]) -> bool:
    """Whether nothing but the category joins its tips."""
    return bool(reasons) and all(reason["sign"] == "category" for reason in reasons)


def may_judge_waves(officer: Officer) -> bool:
    """Whoever decides about tips or answers for the desk."""
    return WORKING.includes(officer)


@act(acts.DISMISS_WAVE)
def dismiss_wave(wave_id: uuid.UUID, *, reason: str, by: Officer) -> WaveStep:
    """Not a wave, says a desk with its reason: for itself; the province's, for everybody.

    Raises NotAllowed, NoReason, WaveIsOver.
    """
    wave, unit = _locked_wave(wave_id, by)
    if not reason.strip():
        raise NoReason
    step = standing_dismissal(wave, unit)
    if step is not None:
        return step
    size = Tip.objects.in_waves().filter(waves__wave=wave).count()
    step = WaveStep.objects.create(
        wave=wave,
        unit_id=unit,
        kind=WaveStep.Kind.DISMISSED,
        by=by,
        reason=reason.strip(),
        tips_then=size,
    )
    if unit == wave.unit_id:
        wave.state = Wave.State.DISMISSED
        wave.save(update_fields=["state"])
    record("wave.dismissed", by=by, on=wave, chain=unit_chain(unit), detail={"tips": size})
    return step


@act(acts.TAKE_BACK_DISMISSAL)
def take_back_dismissal(wave_id: uuid.UUID, *, by: Officer) -> None:
    """It is a wave after all. Raises NotAllowed, WaveIsOver."""
    wave, unit = _locked_wave(wave_id, by)
    step = standing_dismissal(wave, unit)
    if step is None:
        return
    step.taken_back_at = times.now()
    step.save(update_fields=["taken_back_at"])
    if wave.state == Wave.State.DISMISSED and unit == wave.unit_id:
        wave.state = Wave.State.OPEN
        wave.save(update_fields=["state"])
    record("wave.reopened", by=by, on=wave, chain=unit_chain(unit))


def note_wave_warning(
    wave: Wave, *, warning_id: uuid.UUID, unit_id: uuid.UUID, by: Officer
) -> None:
    """A desk began a warning from it; the caller's transaction and its entry of the draft."""
    WaveStep.objects.create(
        wave=wave, unit_id=unit_id, kind=WaveStep.Kind.WARNED, by=by, warning_ref=warning_id
    )


def _locked_wave(wave_id: uuid.UUID, by: Officer) -> tuple[Wave, uuid.UUID]:
    """The wave, and in the name of which unit the officer speaks of it: not that of its row, which
    is the province's, where a commune speaks for itself. Raises NotAllowed, WaveIsOver.
    """
    wave = lock(Wave.objects.visible_to(by).filter(pk=wave_id)).first()
    if wave is None or by.home_unit_id is None:
        raise NotAllowed
    unit = wave.unit_id if wave.unit_id in WORKING.own_unit_ids(by) else by.home_unit_id
    permit_over(unit)
    if wave.state == Wave.State.ENDED:
        raise WaveIsOver
    return wave, unit
