"""How soon somebody should look, by what was tapped and told. The only place that says so.

`first_urgency_of` is asked in the moment a text comes in: it starts a clock, and reads nothing but
danger and money. `suggest_urgency` is asked by the worker afterwards, weighs the category too, and
is shown to an officer as a suggestion. Both take danger from keng.language.danger.
"""

from typing import NamedTuple

from keng.kit.urgency import Happening, Urgency
from keng.language.categories import Strength, quoted_words, suggest_categories
from keng.language.danger import COMES_AGAIN, Danger, danger_in
from keng.language.fold import fold
from keng.language.lost_money import money_has_left
from keng.language.seed_spotting import IdeaHits, find_ideas
from keng.language.seeds import haste_signs
from keng.language.taxonomy import Category, categories

_LEVELS = tuple(Urgency)
# Whoever taps this tile is looked at within the hour, whatever the words say.
_LEAST_OF_TOPIC = {"child": Urgency.P1}


class SuggestedUrgency(NamedTuple):
    """A level, the words of the text that say so, and whether life or body is in danger."""

    level: Urgency
    reasons: tuple[str, ...]
    is_danger: bool = False


def first_urgency_of(
    text: str, *, happening: str = Happening.UNSURE, money_moved: bool = False, topic: str = ""
) -> Urgency:
    """P0 for danger that goes on, P1 for other danger, money that left or a child, else P2.

    Takes the words as they were written: their accents tell a fire from somebody who runs.
    """
    danger = danger_in(text)
    if _goes_on(danger, happening):
        return Urgency.P0
    if danger is not None and (happening != Happening.OVER or danger.kind in COMES_AGAIN):
        return Urgency.P1
    if money_moved or happening == Happening.NOW or money_has_left(fold(text)):
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
    text: str, code: str | None = None, *, strength: Strength | None = None, topic: str = ""
) -> SuggestedUrgency:
    """The urgency of a text in its category, or in the likeliest one of what the reporter tapped.

    Danger to life or body goes by its own words (keng.language.danger), whatever the category.
    """
    if code is None:
        likeliest = suggest_categories(text, topic)[0]
        code, strength = likeliest.code, likeliest.strength
    danger = danger_in(text)
    found = _of_category(text, categories()[code], strength, is_danger=danger is not None)
    if danger is not None:
        found = SuggestedUrgency(min(danger.level, found.level), danger.reasons, is_danger=True)
    least = _LEAST_OF_TOPIC.get(topic)
    return found._replace(level=least) if least and least < found.level else found


def _of_category(
    text: str, category: Category, strength: Strength | None, *, is_danger: bool
) -> SuggestedUrgency:
    ideas = find_ideas(text)
    usual = category.urgency
    if not category.is_scam and not is_danger:
        # A category's P0 means that it goes on: without danger it is looked at within the hour. A
        # guess that is weak, or of a matter that would be one of danger, hurries nobody.
        is_guess = strength is not None
        # A question about fireworks or a play with robbers is no call at night.
        is_weak = strength == "slightly" or category.is_urgent_by_danger
        usual = max(usual, Urgency.P2 if is_guess and is_weak else Urgency.P1)
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
