"""What the rules of seeds/rules.txt say about the category of a text: sums of weighted ideas."""

from collections.abc import Iterable
from functools import cache

from keng.language.seed_spotting import IdeaHit, IdeaHits
from keng.language.seeds import SeedRule, seed_rules
from keng.language.taxonomy import categories


def rule_scores(ideas: IdeaHits) -> tuple[dict[str, float], dict[str, list[IdeaHit]]]:
    """How much the rules give each category, and the places in the text that speak for it."""
    scores: dict[str, float] = dict.fromkeys(categories(), 0.0)
    places: dict[str, list[IdeaHit]] = {code: [] for code in scores}
    for rule in _rules_for(ideas):
        if rule.weight <= 0:
            scores[rule.code] += rule.weight
            continue
        scores[rule.code] += rule.weight * _repeated(ideas, rule)
        for name in rule.needed:
            places[rule.code] += ideas[name]
    return scores, places


def _rules_for(ideas: IdeaHits) -> Iterable[SeedRule]:
    names, by_first = set(ideas), _by_first_idea()
    for name in ideas:
        for rule, needed, excluded in by_first.get(name, ()):
            if needed <= names and excluded.isdisjoint(names):
                yield rule


def _repeated(ideas: IdeaHits, rule: SeedRule) -> float:
    """An idea that shows in several places counts more, up to three."""
    return (
        1 + 0.35 * (min(len({hit.start for hit in ideas[rule.needed[0]]}), 3) - 1)
        if len(rule.needed) == 1
        else 1.0
    )


@cache
def _by_first_idea() -> dict[str, list[tuple[SeedRule, frozenset[str], frozenset[str]]]]:
    """Each with what it needs and what it excludes."""
    found: dict[str, list[tuple[SeedRule, frozenset[str], frozenset[str]]]] = {}
    for rule in seed_rules():
        sets = frozenset(rule.needed), frozenset(rule.excluded)
        found.setdefault(rule.needed[0], []).append((rule, *sets))
    return found
