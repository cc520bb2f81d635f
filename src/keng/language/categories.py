"""Suggestions for the officer: likely categories, each with the words that speak for it."""

from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from keng.language.seed_spotting import IdeaHit, IdeaHits, find_ideas
from keng.language.seeds import SeedRule, seed_rules
from keng.language.taxonomy import (
    NOT_A_TIP,
    OTHER,
    VAGUE_TOPIC,
    categories,
    categories_of_topic,
)

Strength = Literal["very", "fairly", "slightly"]
_MOST = 3
_QUOTES = 4


class Suggestion(NamedTuple):
    """A category, how strongly the text speaks for it, and the words of the text that do."""

    code: str
    strength: Strength
    reasons: tuple[str, ...]
    leaves_topic: bool = False
    """The reporter tapped another topic: whoever reads the suggestion is told so."""


def suggest_categories(text: str, topic: str = "") -> list[Suggestion]:
    """At most three categories, the likeliest first; what the reporter tapped comes before all.

    `topic` is the tile they tapped (a topic of keng.language.taxonomy); empty where there was none.
    """
    scores, places = _scored(find_ideas(text))
    ranked = sorted(
        (code for code in scores if scores[code] > 0), key=lambda code: (-scores[code], code)
    )
    if (tapped := categories_of_topic(topic)) and topic != VAGUE_TOPIC:
        return _within(text, tapped, ranked, scores, places)
    ranked = ranked[:_MOST]
    outside = {code for code in ranked if tapped and code not in tapped}
    if not ranked:
        # Nothing recognised: a few words are no tip; more words are for a person to read.
        return [Suggestion(OTHER if len(text.split()) > 4 else NOT_A_TIP, "slightly", ())]
    return [
        Suggestion(code, _strength(code, scores), quoted_words(text, places[code]), code in outside)
        for code in ranked
    ]


def _within(
    text: str,
    tapped: tuple[str, ...],
    ranked: list[str],
    scores: dict[str, float],
    places: dict[str, list[IdeaHit]],
) -> list[Suggestion]:
    """What belongs to the tapped topic first, were it only its first category; then the others."""
    inside = [code for code in ranked if code in tapped] or [tapped[0]]
    outside = [code for code in ranked if code not in tapped]
    return [
        Suggestion(
            code,
            _strength(code, scores, inside if code in tapped else None),
            quoted_words(text, places[code]),
            leaves_topic=code not in tapped,
        )
        for code in (inside + outside)[:_MOST]
    ]


def _scored(ideas: IdeaHits) -> tuple[dict[str, float], dict[str, list[IdeaHit]]]:
    scores: dict[str, float] = dict.fromkeys(categories(), 0.0)
    places: dict[str, list[IdeaHit]] = {code: [] for code in scores}
    for rule in _rules_for(ideas):
        hits = [hit for name in rule.needed for hit in ideas[name]]
        scores[rule.code] += rule.weight * (_repeated(ideas, rule) if rule.weight > 0 else 1)
        if rule.weight > 0:
            places[rule.code] += hits
    return scores, places


def _rules_for(ideas: IdeaHits) -> Iterable[SeedRule]:
    for name in ideas:
        for rule in _by_first_idea().get(name, ()):
            if all(needed in ideas for needed in rule.needed) and not any(
                out in ideas for out in rule.excluded
            ):
                yield rule


def _repeated(ideas: IdeaHits, rule: SeedRule) -> float:
    """An idea that shows in several places counts more, up to three."""
    return (
        1 + 0.35 * (min(len({hit.start for hit in ideas[rule.needed[0]]}), 3) - 1)
        if len(rule.needed) == 1
        else 1.0
    )


@cache
def _by_first_idea() -> dict[str, list[SeedRule]]:
    found: dict[str, list[SeedRule]] = {}
    for rule in seed_rules():
        found.setdefault(rule.needed[0], []).append(rule)
    return found


def _strength(code: str, scores: dict[str, float], among: list[str] | None = None) -> Strength:
    """Against the best other category, of all or `among` these, and in itself."""
    score = scores[code]
    rival = max((scores[name] for name in among or scores if name != code), default=0.0)
    if score >= 10 and score >= 1.6 * rival:
        return "very"
    return "fairly" if score >= 5 and score >= 0.8 * rival else "slightly"


def quoted_words(text: str, hits: list[IdeaHit]) -> tuple[str, ...]:
    """The words of the text, the longest phrase at each place, in their order."""
    kept: list[IdeaHit] = []
    for hit in sorted(set(hits), key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return tuple(dict.fromkeys(text[hit.start : hit.end] for hit in kept))[:_QUOTES]
