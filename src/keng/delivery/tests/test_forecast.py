"""The forecast before sending: its bounds, and how it fares among leads it was not made for."""

import datetime
import math
import statistics
from dataclasses import dataclass

import pytest

from keng.delivery.forecast import (
    FEWEST_DISPATCHES,
    HORIZON,
    GroupByHand,
    MachineShare,
    PastTask,
    WakingClock,
    forecast_reach,
)
from keng.delivery.tests.leads_who_look import Town
from keng.kit import times
from tests import make

ORDINARY_DAY = datetime.datetime(2026, 10, 6, 9, tzinfo=times.VIETNAM)
EVE_OF_TET = datetime.datetime(2026, 2, 16, 9, tzinfo=times.VIETNAM)


def by_day(town: Town, *, dispatches: int = 24) -> list[PastTask]:
    """What a desk sent on ordinary days between 7:00 and 18:00, all of it before the scenarios."""
    found = []
    for n in range(dispatches):
        hour = 7 + town.drawn.randrange(11)
        day = ORDINARY_DAY - datetime.timedelta(days=300 - 2 * n)
        found += town.one_dispatch(day.replace(hour=hour))
    return found


def minutes_after(start: datetime.datetime, moment: datetime.datetime | None) -> float:
    return math.inf if moment is None else (moment - start).total_seconds() / 60


def scenario(name: str, seed: int) -> tuple[Town, datetime.datetime, float]:
    """The town, when it is sent, and how fast everybody is: none of this is in the history."""
    town = Town.of_seed(seed)
    match name:
        case "night":
            return town, ORDINARY_DAY.replace(hour=20 + seed % 4), 1.0
        case "tet":
            return town, EVE_OF_TET, 0.5 + 0.05 * (seed % 5)
        case _:
            return town, ORDINARY_DAY, 1.0


SHIFTED = ("night", "tet", "silent lead")
# How many towns of each scenario; `python -m keng.delivery.tests.test_forecast` tries 24 others.
TOWNS = 4
IDEAL_RUNS = 40


@dataclass(frozen=True)
class Fared:
    """How one forecast fared against what really came of it, many times over."""

    held: float
    """In which part of the runs the interval held."""
    width: float
    """How wide it was, as against who knows everything of these leads but their dice."""
    middle: float
    """Its middle, as against the true one."""


def fared(name: str, seed: int) -> Fared:
    """One town in one scenario, forecast from a history that has nothing like it."""
    town, start, pace = scenario(name, seed)
    history = by_day(town)
    if name == "silent lead":
        # Who has the most people stops answering from now on: nobody can know it.
        max(town.leads, key=lambda lead: lead.group.weight).is_silent = True
    forecast = forecast_reach(start, machines=[], by_hand=town.groups, history=history)
    assert forecast is not None
    early, middle, late = (
        minutes_after(start, one) for one in (forecast.early, forecast.median, forecast.late)
    )
    true = sorted(
        town.when_reached(town.one_dispatch(start, pace=pace), 0.9) for _ in range(IDEAL_RUNS)
    )
    ideal = true[int(0.95 * IDEAL_RUNS)] - true[int(0.05 * IDEAL_RUNS)]
    return Fared(
        held=statistics.mean(early <= one <= late for one in true),
        width=(late - early) / ideal,
        middle=middle / statistics.median(true),
    )


def measured(names: tuple[str, ...], seeds: range) -> Fared:
    """Over all towns of these scenarios."""
    each = [fared(name, seed) for name in names for seed in seeds]
    return Fared(
        held=statistics.mean(one.held for one in each),
        width=statistics.median(one.width for one in each),
        middle=statistics.median(one.middle for one in each),
    )


def test_the_interval_holds_at_tet_by_night_and_where_a_lead_falls_silent():
    found = measured(SHIFTED, range(TOWNS))
    assert found.held >= 0.9, found
    assert found.width <= 1.5, found
    assert 0.8 <= found.middle <= 1.2, found


def test_of_too_few_dispatches_nothing_is_forecast():
    town = Town.of_seed(1)
    few = by_day(town, dispatches=FEWEST_DISPATCHES - 1)
    enough = by_day(town, dispatches=FEWEST_DISPATCHES)
    asked = {"machines": [], "by_hand": town.groups}
    assert forecast_reach(ORDINARY_DAY, **asked, history=few) is None
    assert forecast_reach(ORDINARY_DAY, **asked, history=enough) is not None


def test_what_machines_carry_needs_no_history():
    """800 at 80 a minute, behind 400 others: nine tenths of them after (400 + 720) / 80 minutes."""
    share = MachineShare(per_minute=80, ahead=400, count=800, weight=800)
    found = forecast_reach(ORDINARY_DAY, machines=[share], by_hand=[], history=[])
    assert 14 <= minutes_after(ORDINARY_DAY, found.median) <= 15
    assert minutes_after(ORDINARY_DAY, found.late) < 18


def test_where_too_many_have_no_lead_nine_tenths_are_not_promised():
    town = Town.of_seed(2)
    without = [GroupByHand(make.some_id(), "residents", 200, has_lead=False) for _ in range(4)]
    found = forecast_reach(
        ORDINARY_DAY, machines=[], by_hand=town.groups + without, history=by_day(town)
    )
    assert found.median is None
    assert found.late is None
    assert 50 <= found.percent_in_a_day < 90


def test_the_same_input_gives_the_same_forecast():
    town = Town.of_seed(3)
    asked = {"machines": [], "by_hand": town.groups, "history": by_day(town)}
    assert forecast_reach(ORDINARY_DAY, **asked) == forecast_reach(ORDINARY_DAY, **asked)


def test_whoever_is_told_at_night_answers_in_the_morning():
    clock = WakingClock(ORDINARY_DAY.replace(hour=23))
    assert clock.clock_minutes(60) > 6 * 60
    assert clock.clock_minutes(clock.waking_minutes(600)) == pytest.approx(600)
    assert math.isinf(clock.clock_minutes(HORIZON.total_seconds()))


if __name__ == "__main__":
    for each in (("ordinary",), *((name,) for name in SHIFTED), SHIFTED):
        print(each, measured(each, range(2000, 2024)))
