"""Suggestions for the officer: likely categories, each with the words that speak for it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from keng.language.category_model import CategoryReading, read_category
from keng.language.chat_words import is_in_other_letters
from keng.language.seed_spotting import IdeaHit
from keng.language.taxonomy import (
    NOT_A_TIP,
    VAGUE_TOPIC,
    categories_of_topic,
    scam_categories,
)


class Strength(StrEnum):
    """How sure a suggestion is; `UNSURE` is none: the officer is asked what it is."""

    VERY = "very"
    FAIRLY = "fairly"
    SLIGHTLY = "slightly"
    UNSURE = "unsure"

    @property
    def level(self) -> int:
        """3 for very down to 0 for unsure."""
        return _LEVELS[self]


_LEVELS = {Strength.UNSURE: 0, Strength.SLIGHTLY: 1, Strength.FAIRLY: 2, Strength.VERY: 3}
# From which chance on a suggestion has a strength.
LEAST_CHANCES = {Strength.VERY: 0.85, Strength.FAIRLY: 0.6, Strength.SLIGHTLY: 0.35}
_MOST = 3
# What is less likely is no suggestion.
_LEAST_SHOWN = 0.01
_QUOTES = 4


class Suggestion(NamedTuple):
    """A category, how strongly the text speaks for it, and at most ten words of it that do."""

    code: str
    strength: Strength
    reasons: tuple[str, ...]
    leaves_topic: bool = False
    """The reporter tapped another topic: whoever reads the suggestion is told so."""


def suggest_categories(text: str, topic: str = "") -> list[Suggestion]:
    """At most three categories, the likeliest first; what the reporter tapped comes before all.

    `topic` is the tile they tapped (a topic of keng.language.taxonomy); empty where there was none.
    """
    return suggest_of_reading(read_category(text), topic)


def suggest_of_reading(reading: CategoryReading, topic: str = "") -> list[Suggestion]:
    """The same of a text that was read already."""
    if not any(character.isalnum() for character in reading.text):
        return [Suggestion(NOT_A_TIP, Strength.SLIGHTLY, ())]
    chances = reading.chances
    ranked = sorted(chances, key=lambda code: (-chances[code], code))
    if is_in_other_letters(reading.text):
        # The weights know Vietnamese and English words: what they do not know is no empty talk.
        ranked.remove(NOT_A_TIP)
    tapped = categories_of_topic(topic)
    if tapped and topic != VAGUE_TOPIC:
        inside = [code for code in ranked if code in tapped]
        among = sum(chances[code] for code in inside)
        chances = {
            code: chance / among if code in tapped else chance for code, chance in chances.items()
        }
        if chances[inside[0]] < LEAST_CHANCES[Strength.FAIRLY]:
            # The words tell too little: what is meant where nothing else is known.
            inside = [tapped[0], *(code for code in inside if code != tapped[0])]
        # Two of what was tapped, and what else the words may mean.
        ranked = [*inside[:2], *(code for code in ranked if code not in tapped)]
    return [
        Suggestion(
            code,
            strength_of(chances[code]),
            reading.reasons_for(code),
            leaves_topic=bool(tapped) and code not in tapped,
        )
        for code in ranked[:_MOST]
        if chances[code] >= _LEAST_SHOWN or code == ranked[0]
    ]


def strength_of(chance: float) -> Strength:
    """What a chance between 0 and 1 is called."""
    for strength, least in LEAST_CHANCES.items():
        if chance >= least:
            return strength
    return Strength.UNSURE


def scam_chance(chances: Mapping[str, float]) -> float:
    """How likely a text is about any scam, from 0 to 1."""
    return sum(chances[code] for code in scam_categories())


def quoted_words(text: str, hits: list[IdeaHit]) -> tuple[str, ...]:
    """The words of the text, the longest phrase at each place, in their order."""
    kept: list[IdeaHit] = []
    for hit in sorted(set(hits), key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return tuple(dict.fromkeys(text[hit.start : hit.end] for hit in kept))[:_QUOTES]
