"""How soon somebody should look: a suggestion from the category and the words, never a decision."""

from typing import Literal, NamedTuple

from keng.language.categories import Strength, quoted_words, suggest_categories
from keng.language.danger import danger_in
from keng.language.seed_spotting import IdeaHits, find_ideas
from keng.language.taxonomy import categories, is_scam

UrgencyLevel = Literal["P0", "P1", "P2", "P3"]
_LEVELS: tuple[UrgencyLevel, ...] = ("P0", "P1", "P2", "P3")
# Whoever taps this tile is looked at within the hour, whatever the words say.
LEAST_OF_TOPIC: dict[str, UrgencyLevel] = {"child": "P1"}


class Urgency(NamedTuple):
    """P0 (now) to P3, the words of the text that say so, and whether life or body is in danger."""

    level: UrgencyLevel
    reasons: tuple[str, ...]
    is_danger: bool = False


def suggest_urgency(
    text: str, code: str | None = None, *, strength: Strength | None = None, topic: str = ""
) -> Urgency:
    """The urgency of a text in its category, or in the likeliest one of what the reporter tapped.

    Danger to life or body goes by its own words (keng.language.danger), whatever the category.
    """
    if code is None:
        likeliest = suggest_categories(text, topic)[0]
        code, strength = likeliest.code, likeliest.strength
    danger = danger_in(text)
    found = _of_category(text, code, strength, in_danger=danger is not None)
    if danger is not None:
        level = min(danger.level, found.level)
        found = Urgency(level, danger.reasons, is_danger=True)
    least = LEAST_OF_TOPIC.get(topic)
    return found._replace(level=least) if least and least < found.level else found


def _of_category(text: str, code: str, strength: Strength | None, *, in_danger: bool) -> Urgency:
    ideas = find_ideas(text)
    category = categories()[code]
    usual = _LEVELS.index(category.urgency)
    if not is_scam(code) and not in_danger:
        # A category's P0 means that it goes on: without danger it is looked at within the hour. A
        # guess that is weak, or of a matter that would be one of danger, hurries nobody.
        is_guess = strength is not None
        # A question about fireworks or a play with robbers is no call at night.
        is_weak = strength == "slightly" or category.is_urgent_by_danger
        usual = max(usual, 2 if is_guess and is_weak else 1)
    level, names = _level(ideas, usual, code, is_known=in_danger or is_scam(code))
    return Urgency(
        _LEVELS[level], quoted_words(text, [hit for name in names for hit in ideas[name]])
    )


def _level(ideas: IdeaHits, usual: int, code: str, *, is_known: bool) -> tuple[int, list[str]]:
    category = categories()[code]
    if category.group in ("service", "none"):
        return usual, []
    calmer: list[str] = [name for name in ("PAST", "CALM") if name in ideas]
    if calmer:
        return min(max(usual, 1) + (code != "scam_child_emergency"), 3), calmer
    signs = _signs(ideas, code)
    if is_known and (len(signs) > 1 or (signs == ["DANGER"] and category.is_bodily)):
        return 0, signs
    return max(usual - (is_known and "DANGER" in signs), 1), signs


def _signs(ideas: IdeaHits, code: str) -> list[str]:
    """What says that somebody is in danger, and that it goes on; two such signs are P0."""
    signs: list[str] = [name for name in ("DANGER", "NOW") if name in ideas]
    if code == "weapons_fireworks" and "BLOOD" not in ideas:
        signs = [name for name in signs if name != "DANGER"]
    if code == "robbery" and "URGENT" in ideas:
        signs += ["ROB"] if "ROB" in ideas else []
    if code == "missing_person" and "SMALL" in ideas:
        signs += [name for name in ("SMALL", "#minor") if name in ideas]
    if code == "scam_child_emergency":
        signs += [name for name in ("EMERGENCY", "KIDNAP", "CALL") if name in ideas]
    return signs
