"""What of a province's tips rises: the same number or link, the same words, a whole category."""

import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from keng.incidents.usual_level import WEEK_DAYS, UsualLevel
from keng.language.similarity import jaccard, shingles
from keng.language.taxonomy import may_count_in_waves
from keng.tips.models.wave import FEWEST_TIPS_OF_WAVE

# Of a category, which joins what may have nothing to do with each other.
FEWEST_OF_CATEGORY = 5
# Of one number or one text; of a category it is shared among all categories and both windows.
RARE_CHANCE = 1e-3
RARE_CATEGORY_CHANCE = 1e-3
# Copies of one message lie above this (the same line as beside a tip).
VERY_ALIKE = 0.4
# Below this nobody asks how unlikely something is.
_SURE_CHANCE = 1e-6
# Words and pairs of them; "mất xe máy" is said by everybody who lost one.
_LEAST_SHINGLES = 16
# In days. The shorter first: what rises today is said as of today.
WINDOW_DAYS = (1, WEEK_DAYS)
_DAY = datetime.timedelta(days=1)


class RecentTip(NamedTuple):
    """A tip of the last week, as far as it matters here."""

    pk: uuid.UUID
    at: datetime.datetime
    category: str
    place: uuid.UUID | None
    text: str
    reporter: bytes
    """The keyed hash of a chat, or the words themselves: who sends one text twice is one."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was there before: for each category and each indicator that now occurs."""

    categories: dict[str, UsualLevel]
    indicators: dict[uuid.UUID, UsualLevel]
    unseen: UsualLevel
    is_known: bool
    """Whether there is enough of a history to speak of categories."""


@dataclass(slots=True)
class Rise:
    """Tips that rise together, and why the machine says so."""

    tips: set[uuid.UUID] = field(default_factory=set)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    category: str = ""


class IndicatorSign(NamedTuple):
    """An indicator used in the offence, and the tips of the week that have it."""

    pk: uuid.UUID
    type: str
    value: str
    tips: frozenset[uuid.UUID]


def find_rises(
    recent: list[RecentTip],
    signs: Iterable[IndicatorSign],
    baseline: Baseline,
    now: datetime.datetime,
) -> list[Rise]:
    """Everything that rises, each tip in one of them; a category only by what is left of it."""
    by_id = {tip.pk: tip for tip in recent if may_count_in_waves(tip.category)}
    found = _joined_rises(by_id, signs, baseline, now)
    left = [tip for tip in by_id.values() if not any(tip.pk in rise.tips for rise in found)]
    return found + (_category_rises(left, baseline, now) if baseline.is_known else [])


def _joined_rises(
    by_id: dict[uuid.UUID, RecentTip],
    signs: Iterable[IndicatorSign],
    baseline: Baseline,
    now: datetime.datetime,
) -> list[Rise]:
    """Numbers and links that rise, and texts that are copies; what shares a tip is one."""
    joined = _DisjointSets()
    reasons: list[tuple[set[uuid.UUID], dict[str, Any]]] = []
    for sign in signs:
        tips = [by_id[pk] for pk in sign.tips if pk in by_id]
        usual = baseline.indicators.get(sign.pk, baseline.unseen)
        if reason := _rise_reason(tips, usual, RARE_CHANCE, FEWEST_TIPS_OF_WAVE, now):
            said = {"sign": "indicator", "id": str(sign.pk), "type": sign.type}
            reasons.append(({t.pk for t in tips}, reason | said | {"value": sign.value}))
    reasons += [
        ({t.pk for t in tips}, reason | {"sign": "likeness"})
        for tips in _groups_alike(list(by_id.values()))
        if (reason := _rise_reason(tips, baseline.unseen, RARE_CHANCE, FEWEST_TIPS_OF_WAVE, now))
    ]
    for pks, _reason in reasons:
        joined.join(pks)
    found: dict[uuid.UUID, Rise] = defaultdict(Rise)
    for pks, reason in reasons:
        rise = found[joined.root(next(iter(pks)))]
        rise.tips |= pks
        rise.reasons.append(reason)
    for rise in found.values():
        rise.reasons.sort(key=lambda reason: (-reason["tips"], reason["sign"]))
        rise.category = _most_common(by_id[pk].category for pk in rise.tips)
    return list(found.values())


def _category_rises(
    left: list[RecentTip], baseline: Baseline, now: datetime.datetime
) -> list[Rise]:
    """Categories that rise by tips which nothing else joins."""
    found, looks = [], len(WINDOW_DAYS) * max(1, len(baseline.categories))
    for category in sorted({tip.category for tip in left} - {""}):
        tips = [tip for tip in left if tip.category == category]
        usual = baseline.categories.get(category, baseline.unseen)
        reason = _rise_reason(tips, usual, RARE_CATEGORY_CHANCE / looks, FEWEST_OF_CATEGORY, now)
        if reason:
            said = {"sign": "category", "category": category}
            within = now - datetime.timedelta(days=reason["days"])
            pks = {tip.pk for tip in tips if tip.at > within}
            found.append(Rise(pks, [reason | said], category))
    return found


def _rise_reason(
    tips: list[RecentTip], usual: UsualLevel, rare: float, fewest: int, now: datetime.datetime
) -> dict[str, Any] | None:
    """The window in which so many people tell of it as chance alone would hardly bring, if any."""
    found = []
    for days in WINDOW_DAYS:
        within = [tip for tip in tips if tip.at > now - days * _DAY]
        people = len({tip.reporter for tip in within})
        if people < fewest or people < 2 * usual.expected(days):
            continue
        chance = usual.chance(people, days)
        if chance < rare:
            times = [tip.at for tip in within]
            found.append(
                {
                    "tips": len(within),
                    "places": len({tip.place for tip in within if tip.place}),
                    "minutes": max(1, round((max(times) - min(times)).total_seconds() / 60)),
                    "days": days,
                    "usual": round(usual.expected(WEEK_DAYS), 2),
                    "chance": chance,
                }
            )
    # What is beyond every doubt in both is told with the larger number.
    return min(
        found, key=lambda each: (max(each["chance"], _SURE_CHANCE), -each["tips"]), default=None
    )


def _groups_alike(recent: list[RecentTip]) -> list[list[RecentTip]]:
    """Groups of texts in which each is nearly a copy of another one."""
    words = {tip.pk: shingles(tip.text) for tip in recent if tip.text}
    joined = _DisjointSets()
    newest = [tip for tip in recent if len(words.get(tip.pk, ())) >= _LEAST_SHINGLES]
    for at, one in enumerate(newest):
        mine = words[one.pk]
        for other in newest[at + 1 :]:
            theirs = words[other.pk]
            # The shorter is too short to share enough: most pairs end here.
            if min(len(mine), len(theirs)) < VERY_ALIKE * max(len(mine), len(theirs)):
                continue
            if jaccard(mine, theirs) >= VERY_ALIKE:
                joined.join({one.pk, other.pk})
    groups: dict[uuid.UUID, list[RecentTip]] = defaultdict(list)
    for tip in newest:
        groups[joined.root(tip.pk)].append(tip)
    return [group for group in groups.values() if len(group) >= FEWEST_TIPS_OF_WAVE]


def _most_common(categories: Iterable[str]) -> str:
    counted = Counter(category for category in categories if category)
    return max(counted, key=lambda code: (counted[code], code), default="")


class _DisjointSets:
    """Which belong together, directly or through others."""

    def __init__(self) -> None:
        self._above: dict[uuid.UUID, uuid.UUID] = {}

    def root(self, pk: uuid.UUID) -> uuid.UUID:
        while (above := self._above.get(pk, pk)) != pk:
            self._above[pk] = self._above.get(above, above)
            pk = above
        return pk

    def join(self, pks: Iterable[uuid.UUID]) -> None:
        first, *others = (self.root(pk) for pk in pks)
        for other in others:
            self._above[self.root(other)] = self.root(first)
