"""When a warning will have reached nine tenths of those it is for; computed, nothing is read here.

Method. What machines carry follows from the limits of their accounts: so many messages a minute,
after those that wait there already. What leads pass on is drawn from what they did before:

1. Nobody answers while asleep. Minutes of the clock become *waking minutes* (`_WAKING`, Tết
   slower), in which a night task and a morning task are the same thing.
2. The logarithm of the waking minutes until a lead confirmed is taken apart into a mean of all, a
   part of the kind of group, of the group itself, of the part of the day, and of the dispatch (a
   busy day is slow for everybody). Each is drawn towards zero where there is little to go by.
   What is left is kept as it is: the empirical distribution, with a prior that weighs as much as
   `_PRIOR_ROWS` rows.
3. How often a group is never passed on is counted with the newest times first, and drawn towards
   its kind, and that towards all.
4. So the dispatch is played through `_RUNS` times. The moments at which nine tenths have it are the
   forecast: the middle one, and between which the usual runs lie.

It is bounded: past `HORIZON` nothing is forecast, and fewer than `FEWEST_DISPATCHES` dispatches by
hand are too few to say anything. The same input gives the same forecast.
"""

import bisect
import datetime
import math
import random
import statistics
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from keng.kit import times
from keng.kit.lunar import lunar_day

Key = TypeVar("Key")
HORIZON = datetime.timedelta(hours=48)
FEWEST_DISPATCHES = 5
SHARE = 0.9
# Of what one account carries, the part by which it counts as handed over.
HANDED_OVER_SHARE = 0.95
_RUNS = 300
# Of the runs, the part that the interval leaves out at each end.
_OUTSIDE = 0.045
# More groups than this are stood for by so many of them.
_MOST_GROUPS = 400
# How much of an hour people look at their phones, midnight first: a prior, since the part of the
# day is learned beside it.
_WAKING = (
    *(0.15, 0.06, 0.04, 0.04, 0.1, 0.4),
    *(0.8, 1, 1, 1, 1, 1),
    *(0.9, 0.8, 0.9, 1, 1, 1),
    *(1, 1, 1, 1, 0.7, 0.35),
)
_PARTS_OF_DAY = ((5, "night"), (11, "morning"), (14, "noon"), (18, "afternoon"), (22, "evening"))
_TET_SLOWER = 0.62
# How much slower differs from Tết to Tết.
_TET_SPREAD = 0.12
_STEP_MINUTES = 5
_STEPS = int(HORIZON.total_seconds() // 60) // _STEP_MINUTES
# What is believed before anything was measured, and as how many rows or dispatches it counts.
_PRIOR_MINUTES = 60.0
_PRIOR_SPREAD = 1.0
_PRIOR_ROWS = 20
_PRIOR_NEVER = 0.1
_DISPATCH_SPREAD = 0.35
_DISPATCH_WEIGHT = 6
_KIND_WEIGHT = 20
_GROUP_WEIGHT = 4
_PART_OF_DAY_WEIGHT = 4
_NEWER_COUNTS = 0.85
# What a kind says of one group counts as half a dispatch; and anybody may fall silent today.
_KIND_SAYS_OF_GROUP = 0.5
_FALLS_SILENT = 0.016
_NEVER_SPREAD = 0.2
# Machines are seldom faster than their limit, and sometimes slower.
_MACHINE_SPREAD = 0.06


@dataclass(frozen=True, slots=True)
class PastTask:
    """A group by hand of an earlier dispatch, and after how long its lead confirmed."""

    group: uuid.UUID
    kind: str
    dispatch: uuid.UUID
    began: datetime.datetime
    minutes: float | None
    """None: not within HORIZON, which has passed."""


@dataclass(frozen=True, slots=True)
class GroupByHand:
    """A group that somebody has to post it in."""

    id: uuid.UUID
    kind: str
    weight: int
    """How many people it stands for."""
    has_lead: bool


@dataclass(frozen=True, slots=True)
class MachineShare:
    """What one account carries."""

    per_minute: int
    """0: as fast as it can."""
    ahead: int
    """What waits there and goes first."""
    count: int
    weight: int
    begins_after: float = 0.0
    """Minutes until the quiet hours of these people are over."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When nine tenths have it, and what that rests on."""

    median: datetime.datetime | None
    """None: more than half of the runs never come so far within HORIZON."""
    early: datetime.datetime | None
    late: datetime.datetime | None
    percent_in_a_day: int
    """Of those it is for, how many have it after 24 hours in the middle run."""
    dispatches: int
    """From how many earlier dispatches by hand it was computed."""


# Faster than this no sender hands over, whatever the limit says.
_MOST_PER_MINUTE = 6000


def seconds_by_limit(count: int, per_minute: int, *, ahead: int = 0) -> float:
    """After how long an account's limit lets 95 % of so many leave; 0 where it has none."""
    return (ahead + math.ceil(HANDED_OVER_SHARE * count)) * 60 / per_minute if per_minute else 0.0


def forecast_reach(
    start: datetime.datetime,
    *,
    machines: Sequence[MachineShare],
    by_hand: Sequence[GroupByHand],
    history: Sequence[PastTask],
    unreachable: int = 0,
) -> Forecast | None:
    """The forecast of something sent at `start`; None where too little happened before.

    `unreachable` is how many people no account and no lead reaches.
    """
    dispatches = len({task.dispatch for task in history})
    if not machines and not by_hand:
        return None
    if by_hand and dispatches < FEWEST_DISPATCHES:
        return None
    drawn = random.Random(len(by_hand) * 7919 + int(start.timestamp()) // 300)  # noqa: S311 -- no secret
    habits = Habits(history)
    groups = by_hand if len(by_hand) <= _MOST_GROUPS else drawn.sample(by_hand, _MOST_GROUPS)
    stands_for = len(by_hand) / len(groups) if groups else 1.0
    clock = WakingClock(start)
    total = unreachable
    total += sum(one.weight for one in machines) + sum(one.weight for one in by_hand)
    crossings, in_a_day = [], []
    for _ in range(_RUNS):
        arrivals = _machine_arrivals(machines, drawn)
        lead_times = habits.draw(groups, clock, start, drawn)
        arrivals += [(minutes, weight * stands_for) for minutes, weight in lead_times]
        arrivals.sort()
        crossings.append(_when_reached(arrivals, SHARE * total))
        in_a_day.append(sum(weight for minutes, weight in arrivals if minutes <= 24 * 60))
    crossings.sort()
    return Forecast(
        median=_moment(start, crossings[_RUNS // 2]),
        early=_moment(start, crossings[int(_OUTSIDE * _RUNS)]),
        late=_moment(start, crossings[_RUNS - 1 - int(_OUTSIDE * _RUNS)]),
        percent_in_a_day=min(100, int(100 * statistics.median(in_a_day) / max(1, total))),
        dispatches=dispatches,
    )


def _moment(start: datetime.datetime, minutes: float) -> datetime.datetime | None:
    if minutes > HORIZON.total_seconds() / 60:
        return None
    return start + datetime.timedelta(minutes=minutes)


def _when_reached(arrivals: Iterable[tuple[float, float]], wanted: float) -> float:
    reached = 0.0
    for minutes, weight in arrivals:
        reached += weight
        if reached >= wanted - 1e-6:
            return minutes
    return math.inf


def _machine_arrivals(
    machines: Sequence[MachineShare], drawn: random.Random
) -> list[tuple[float, float]]:
    """In up to twenty portions each, evenly: as an account carries them."""
    found = []
    for one in machines:
        pace = min(one.per_minute or _MOST_PER_MINUTE, _MOST_PER_MINUTE)
        slower = math.exp(abs(drawn.gauss(0, _MACHINE_SPREAD)))
        portions = min(20, one.count)
        for n in range(1, portions + 1):
            sent = one.ahead + one.count * n / portions
            found.append((one.begins_after + sent / pace * slower, one.weight / portions))
    return found


class WakingClock:
    """Waking minutes since a moment, and back: for HORIZON from there."""

    def __init__(self, start: datetime.datetime) -> None:
        local = start.astimezone(times.VIETNAM)
        slower = _pace_of_day(local.date()), _pace_of_day(local.date() + datetime.timedelta(1))
        later = _pace_of_day(local.date() + datetime.timedelta(2))
        minute, passed = local.hour * 60 + local.minute, 0.0
        self._passed = [0.0]
        for step in range(_STEPS):
            now = minute + step * _STEP_MINUTES
            pace = (*slower, later)[min(2, now // 1440)]
            passed += _STEP_MINUTES * _WAKING[now // 60 % 24] * pace
            self._passed.append(passed)

    def waking_minutes(self, minutes: float) -> float:
        """How many of these minutes of the clock were waking ones."""
        step = min(_STEPS - 1, int(minutes // _STEP_MINUTES))
        part = min(1.0, minutes / _STEP_MINUTES - step)
        return self._passed[step] + part * (self._passed[step + 1] - self._passed[step])

    def clock_minutes(self, waking: float) -> float:
        """After how many minutes of the clock so many waking ones have passed."""
        step = bisect.bisect_left(self._passed, waking)
        if step > _STEPS:
            return math.inf
        if step == 0:
            return 0.0
        before, after = self._passed[step - 1], self._passed[step]
        return _STEP_MINUTES * (step - 1 + (waking - before) / (after - before))


def _pace_of_day(day: datetime.date) -> float:
    """Around Tết, from two days before it to the fifth, people look at their phones less."""
    lunar, in_two_days = lunar_day(day), lunar_day(day + datetime.timedelta(days=2))
    is_tet = (lunar.month == 1 and lunar.day <= 5) or (
        in_two_days.month == 1 and in_two_days.day <= 2
    )
    return _TET_SLOWER if is_tet else 1.0


def _part_of_day(moment: datetime.datetime) -> str:
    hour = moment.astimezone(times.VIETNAM).hour
    return next((name for end, name in _PARTS_OF_DAY if hour < end), "night")


class Habits:
    """How long leads took, taken apart; see the module."""

    def __init__(self, history: Sequence[PastTask]) -> None:
        newest_first = sorted(history, key=lambda task: task.began, reverse=True)
        self._count_never(newest_first)
        clocks = {task.began: WakingClock(task.began) for task in history}
        answered = [
            (task, math.log(1 + clocks[task.began].waking_minutes(task.minutes)))
            for task in newest_first
            if task.minutes is not None
        ]
        self._take_apart(answered)

    def _count_never(self, newest_first: Sequence[PastTask]) -> None:
        never = sum(task.minutes is None for task in newest_first)
        overall = (never + 10 * _PRIOR_NEVER) / (len(newest_first) + 10)
        by_kind: dict[str, list[bool]] = defaultdict(list)
        by_group: dict[uuid.UUID, list[bool]] = defaultdict(list)
        for task in newest_first:
            by_kind[task.kind].append(task.minutes is None)
            by_group[task.group].append(task.minutes is None)
        self._never_overall = overall
        self._never_of_kind = {
            kind: (sum(all_of) + _KIND_WEIGHT * overall) / (len(all_of) + _KIND_WEIGHT)
            for kind, all_of in by_kind.items()
        }
        self._never_of_group = {}
        for key, all_of in by_group.items():
            weights = [_NEWER_COUNTS**age for age in range(len(all_of))]
            silent = sum(w for w, is_never in zip(weights, all_of, strict=True) if is_never)
            self._never_of_group[key] = (silent, sum(weights))

    def _take_apart(self, answered: list[tuple[PastTask, float]]) -> None:
        prior = math.log(1 + _PRIOR_MINUTES)
        values = [value for _task, value in answered]
        self._mean = (sum(values) + 5 * prior) / (len(values) + 5)
        left = [(task, value - self._mean) for task, value in answered]
        self._of_kind = _parts(((task.kind, value) for task, value in left), _KIND_WEIGHT)
        left = [(task, value - self._of_kind[task.kind]) for task, value in left]
        of_dispatch = _parts(((task.dispatch, value) for task, value in left), 0)
        # Of each dispatch one value: its groups say the same thing many times.
        began = {task.dispatch: task.began for task, _value in left}
        self._of_part_of_day = _parts(
            ((_part_of_day(began[key]), value) for key, value in of_dispatch.items()),
            _PART_OF_DAY_WEIGHT,
        )
        left = [(task, value - of_dispatch[task.dispatch]) for task, value in left]
        self._of_group = _parts(((task.group, value) for task, value in left), _GROUP_WEIGHT)
        rest = sorted(value - self._of_group[task.group] for task, value in left)
        normal = statistics.NormalDist(0, _PRIOR_SPREAD)
        self._rest = rest + [normal.inv_cdf((n + 0.5) / _PRIOR_ROWS) for n in range(_PRIOR_ROWS)]
        self._dispatch_spread = self._spread_of_dispatches(of_dispatch, began, rest, len(left))

    def _spread_of_dispatches(
        self,
        of_dispatch: dict[uuid.UUID, float],
        began: dict[uuid.UUID, datetime.datetime],
        rest: list[float],
        rows: int,
    ) -> float:
        """How much dispatches differ, beyond what their few rows explain."""
        count = len(of_dispatch)
        by_chance = statistics.pvariance(rest) * count / rows if rows > 1 else 0.0
        squares = sum(
            (value - self._of_part_of_day[_part_of_day(began[key])]) ** 2
            for key, value in of_dispatch.items()
        )
        known = max(0.0, squares - count * by_chance)
        spread = (_DISPATCH_WEIGHT * _DISPATCH_SPREAD**2 + known) / (_DISPATCH_WEIGHT + count)
        # The mean of few dispatches is itself uncertain.
        return math.sqrt(spread * (1 + 1 / (1 + count)))

    def never(self, group: GroupByHand) -> float:
        """How likely it is that nobody posts it there."""
        if not group.has_lead:
            return 1.0
        of_kind = self._never_of_kind.get(group.kind, self._never_overall)
        silent, seen = self._never_of_group.get(group.id, (0.0, 0.0))
        known = (silent + _KIND_SAYS_OF_GROUP * of_kind) / (seen + _KIND_SAYS_OF_GROUP)
        return _FALLS_SILENT + (1 - _FALLS_SILENT) * known

    def draw(
        self,
        groups: Sequence[GroupByHand],
        clock: WakingClock,
        start: datetime.datetime,
        drawn: random.Random,
    ) -> list[tuple[float, float]]:
        """One run: after how many minutes which weight is reached; without those never reached."""
        day = self._mean + self._of_part_of_day.get(_part_of_day(start), 0.0)
        is_tet = _pace_of_day(start.astimezone(times.VIETNAM).date()) < 1
        day += drawn.gauss(0, math.hypot(self._dispatch_spread, is_tet * _TET_SPREAD))
        sleepier = math.exp(drawn.gauss(0, _NEVER_SPREAD))
        found = []
        for group in groups:
            if drawn.random() < self.never(group) * sleepier:
                continue
            own = self._of_kind.get(group.kind, 0.0) + self._of_group.get(group.id, 0.0)
            waking = math.exp(day + own + drawn.choice(self._rest)) - 1
            minutes = clock.clock_minutes(max(0.0, waking))
            if minutes < math.inf:
                found.append((minutes, float(group.weight)))
        return found


def _parts(pairs: Iterable[tuple[Key, float]], weight: float) -> dict[Key, float]:
    """The mean of each, drawn towards zero as if `weight` rows had said so."""
    gathered: dict[Key, list[float]] = defaultdict(list)
    for key, value in pairs:
        gathered[key].append(value)
    return {key: sum(all_of) / (len(all_of) + weight) for key, all_of in gathered.items()}
