"""How soon somebody should look, by what was tapped and told. The only place that says so.

`first_urgency_of` is asked in the moment a text comes in: it starts a clock, and reads nothing but
danger and money. `suggest_urgency` is asked by the worker afterwards, weighs the category too, and
is shown to an officer as a suggestion. Both take danger from keng.language.danger, and from
keng.language.category_model how likely a person would call it critical.
"""

from functools import cache
from typing import NamedTuple

from keng.kit.urgency import Happening, Urgency
from keng.language.categories import Strength, quoted_words, suggest_of_reading
from keng.language.category_model import (
    CRITICAL,
    CategoryReading,
    is_hardly_critical,
    read_category,
)
from keng.language.danger import COMES_AGAIN, Danger, danger_in
from keng.language.fold import folded_message
from keng.language.lost_money import money_has_left
from keng.language.seed_spotting import IdeaHits
from keng.language.seeds import haste_signs
from keng.language.taxonomy import Category, categories

_LEVELS = tuple(Urgency)
# Whoever taps this tile is looked at within the hour, whatever the words say.
_LEAST_OF_TOPIC = {"child": Urgency.P1}
# Below this chance nobody would call it critical: it is looked at within the hour, not in minutes.
# From the other on it is P0 without a word of danger that a rule knows. Chosen on sentences left
# out of the training: P0 was right for 66 of 100 of them without the chances, and found 70 of 100
# critical ones; with them for 69 of 100, and found 79. Since 500 more sentences are learned from,
# 0.6 finds as many of the unseen ones as 0.5, and is right more often.
_LEAST_CRITICAL = 0.03
_CRITICAL = 0.6
# How much rules of minutes, any danger and a matter that is usually one of minutes move a text up
# in the order of urgency. Chosen on sentences that nothing learns from.
_WORTH_OF_P0, _WORTH_OF_DANGER, _WORTH_OF_MATTER = 0.3, 0.1, 0.1


class SuggestedUrgency(NamedTuple):
    """A level, the words of the text that say so, and whether life or body is in danger."""

    level: Urgency
    reasons: tuple[str, ...]
    is_danger: bool = False
    is_p0_by_rules: bool = False
    """Whether words of danger and haste alone make it P0, however unlikely it is critical."""


def first_urgency_of(
    text: str, *, happening: str = Happening.UNSURE, money_moved: bool = False, topic: str = ""
) -> Urgency:
    """P0 for danger that goes on, P1 for other danger, money that left or a child, else P2.

    Takes the words as they were written: their accents tell a fire from somebody who runs.
    """
    danger = danger_in(text)
    if _goes_on(danger, happening) and (
        happening == Happening.NOW or not is_hardly_critical(text, _LEAST_CRITICAL)
    ):
        return Urgency.P0
    if danger is not None and (happening != Happening.OVER or danger.kind in COMES_AGAIN):
        return Urgency.P1
    if money_moved or happening == Happening.NOW or money_has_left(folded_message(text)):
        return Urgency.P1
    return _LEAST_OF_TOPIC.get(topic, Urgency.P2)


def danger_goes_on(text: str, *, happening: str = Happening.UNSURE) -> bool:
    """Danger to life or body that is happening now; money alone is none."""
    return _goes_on(danger_in(text), happening)


def _goes_on(danger: Danger | None, happening: str) -> bool:
    if danger is None or happening == Happening.OVER:
        return False
    return danger.level == Urgency.P0 or (happening == Happening.NOW and danger.is_clear)


def suggest_urgency(
    text: str,
    code: str | None = None,
    *,
    strength: Strength | None = None,
    topic: str = "",
    reading: CategoryReading | None = None,
) -> SuggestedUrgency:
    """The urgency of a text in its category, or in the likeliest one of what the reporter tapped.

    Danger to life or body goes by its own words (keng.language.danger), whatever the category.
    `reading` is what was read of the text before, if it was.
    """
    reading = reading or read_category(text)
    if code is None:
        likeliest = suggest_of_reading(reading, topic)[0]
        code, strength = likeliest.code, likeliest.strength
    category, danger = categories()[code], reading.danger
    found = _of_category(text, reading.ideas, category, strength, is_danger=danger is not None)
    if danger is not None:
        found = SuggestedUrgency(min(danger.level, found.level), danger.reasons, is_danger=True)
    if found.level == Urgency.P0:
        level = Urgency.P1 if _is_hardly_critical(reading) else Urgency.P0
        found = found._replace(level=level, is_p0_by_rules=True)
    elif reading.critical >= _CRITICAL and _may_be_minutes(category, danger):
        reasons = found.reasons or reading.reasons_for(CRITICAL)
        found = found._replace(level=Urgency.P0, reasons=reasons)
    least = _LEAST_OF_TOPIC.get(topic)
    return found._replace(level=least) if least and least < found.level else found


def _may_be_minutes(category: Category, danger: Danger | None) -> bool:
    """Where the weights alone may say so: of a serious matter, or of danger in any other one."""
    return not category.is_scam and (category.urgency <= Urgency.P1 or danger is not None)


def urgency_score(reading: CategoryReading, suggested: SuggestedUrgency) -> float:
    """Between 0 and 1, for an order in which what a person would call critical comes first."""
    worth = _WORTH_OF_P0 * suggested.is_p0_by_rules
    worth += _WORTH_OF_DANGER * (reading.danger is not None)
    worth += _WORTH_OF_MATTER * sum(reading.chances[code] for code in _matters_of_minutes())
    return (reading.critical + worth) / (1 + _WORTH_OF_P0 + _WORTH_OF_DANGER + _WORTH_OF_MATTER)


@cache
def _matters_of_minutes() -> tuple[str, ...]:
    return tuple(code for code, each in categories().items() if each.urgency == Urgency.P0)


def _is_hardly_critical(reading: CategoryReading) -> bool:
    """Only of a text whose words are known; of others the words of danger alone decide."""
    return reading.is_familiar and reading.critical < _LEAST_CRITICAL


def _of_category(
    text: str, ideas: IdeaHits, category: Category, strength: Strength | None, *, is_danger: bool
) -> SuggestedUrgency:
    usual = category.urgency
    if not is_danger and strength is not None:
        # A weak guess hurries nobody, nor does one of a matter that would be one of danger: a
        # question about fireworks or a play with robbers is no call at night.
        is_weak = strength in {Strength.SLIGHTLY, Strength.UNSURE}
        usual = max(usual, Urgency.P2 if is_weak or category.is_urgent_by_danger else usual)
    if not is_danger and not category.is_scam:
        # A category's P0 means that it goes on: without danger it is looked at within the hour.
        usual = max(usual, Urgency.P1)
    level, names = _level(ideas, usual, category, is_danger=is_danger)
    return SuggestedUrgency(
        level, quoted_words(text, [hit for name in names for hit in ideas[name]])
    )


def _level(
    ideas: IdeaHits, usual: Urgency, category: Category, *, is_danger: bool
) -> tuple[Urgency, list[str]]:
    if category.group in ("service", "none"):
        return usual, []
    calmer: list[str] = [name for name in ("PAST", "CALM") if name in ideas]
    if calmer:
        # Of a trick that is a matter of minutes even a calm question is answered within the hour.
        is_minutes = category.is_scam and category.urgency == Urgency.P0
        return _later(max(usual, Urgency.P1), 0 if is_minutes else 1), calmer
    signs = _signs(ideas, category)
    is_known = is_danger or category.is_scam
    if is_known and (len(signs) > 1 or (signs == ["DANGER"] and category.is_bodily)):
        return Urgency.P0, signs
    is_sooner = is_known and "DANGER" in signs
    return max(_later(usual, -1 if is_sooner else 0), Urgency.P1), signs


def _signs(ideas: IdeaHits, category: Category) -> list[str]:
    """What says that it is a matter of minutes; two such signs are P0."""
    signs = (("NOW",), *haste_signs(category.code))
    return [needed[-1] for needed in signs if all(name in ideas for name in needed)]


def _later(level: Urgency, steps: int) -> Urgency:
    return _LEVELS[min(max(_LEVELS.index(level) + steps, 0), len(_LEVELS) - 1)]
