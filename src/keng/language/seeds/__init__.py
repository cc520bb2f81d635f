"""The words that speak for each category: two tables of our own, and their reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from keng.language.tables import table_entries

SEED_MASK, _VAGUE = "MASK", "VAGUE"


@dataclass(frozen=True, slots=True)
class SeedRule:
    """All the needed ideas, and none of the excluded ones, speak for a code with this weight."""

    code: str
    weight: float
    needed: tuple[str, ...]
    excluded: tuple[str, ...]


@cache
def seed_concepts() -> dict[str, tuple[str, ...]]:
    """Each idea with its phrases; a phrase that stands in a rule is an idea of its own name."""
    listed = {name: phrases for name, phrases in _listed() if name != _VAGUE}
    for rule in seed_rules():
        for name in (*rule.needed, *rule.excluded):
            if name[0] != "#":
                listed.setdefault(name, (name,))
    return listed


@cache
def vague_words() -> frozenset[str]:
    """Folded syllables that say nothing on their own."""
    return frozenset(word for name, phrases in _listed() if name == _VAGUE for word in phrases)


@cache
def seed_rules() -> tuple[SeedRule, ...]:
    """Every item of rules.txt."""
    return tuple(
        _rule(code, float(weight), item)
        for code, (weight, *items) in table_entries(__name__, "rules.txt")
        for item in items
    )


def _listed() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, phrases in table_entries(__name__, "concepts.txt"):
        yield name, tuple(phrases)


def _rule(code: str, weight: float, item: str) -> SeedRule:
    needed: list[str] = []
    excluded: list[str] = []
    for part in item.split("+"):
        first, *others = part.split("-")
        needed.append(first)
        excluded += others
    return SeedRule(code, weight, tuple(needed), tuple(excluded))
