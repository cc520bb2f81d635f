"""How soon somebody should look: a suggestion from the category and the words, never a decision."""

from typing import Literal, NamedTuple

from keng.language.categories import quotes, suggest
from keng.language.spotting import Hits, find_ideas
from keng.language.taxonomy import categories

Level = Literal["P0", "P1", "P2", "P3"]
# Where a word of danger alone means that a life may depend on minutes.
_BODILY = frozenset(
    {"traffic", "assault_disorder", "fire_explosion", "child_safety", "missing_person", "robbery"}
)
_LEVELS: tuple[Level, ...] = ("P0", "P1", "P2", "P3")


class Urgency(NamedTuple):
    """P0 (now) to P3, and the words of the text that say so."""

    level: Level
    reasons: tuple[str, ...]


def suggest_urgency(text: str, code: str | None = None) -> Urgency:
    """The urgency of a text in its category; without one, in the likeliest category."""
    ideas = find_ideas(text)
    code = code or suggest(text)[0].code
    usual = _LEVELS.index(categories()[code].urgency)
    level, names = _level(ideas, usual, code)
    return Urgency(_LEVELS[level], quotes(text, [hit for name in names for hit in ideas[name]]))


def _level(ideas: Hits, usual: int, code: str) -> tuple[int, list[str]]:
    if categories()[code].group in ("service", "none"):
        return usual, []
    calmer: list[str] = [name for name in ("PAST", "CALM") if name in ideas]
    signs = _signs(ideas, code)
    if not calmer and (len(signs) > 1 or (signs == ["DANGER"] and code in _BODILY)):
        return 0, signs
    if calmer:
        return min(max(usual, 1) + (code != "scam_child_emergency"), 3), calmer
    # A category's P0 means that it goes on; without a sign of that it is looked at within the hour.
    return max(usual - ("DANGER" in signs), 1), signs


def _signs(ideas: Hits, code: str) -> list[str]:
    """What says that somebody is in danger, and that it goes on; two such signs are P0."""
    signs: list[str] = [name for name in ("DANGER", "NOW") if name in ideas]
    if code == "weapons_fireworks" and "BLOOD" not in ideas:
        signs = [name for name in signs if name != "DANGER"]
    if code == "robbery" and "URGENT" in ideas:
        signs += ["ROB"] if "ROB" in ideas else []
    if code in ("missing_person", "child_safety") and "SMALL" in ideas:
        signs += [name for name in ("SMALL", "#minor") if name in ideas]
    if code == "scam_child_emergency":
        signs += [name for name in ("EMERGENCY", "KIDNAP", "CALL") if name in ideas]
    return signs
