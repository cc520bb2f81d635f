"""The words that speak for each category and its haste: our own tables, and their reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from keng.language.danger.table import DANGER_PACKAGE
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


def haste_signs(code: str) -> tuple[tuple[str, ...], ...]:
    """What makes this category a matter of minutes: the ideas of each sign."""
    return _haste().get(code, _haste()["*"])


@cache
def _haste() -> dict[str, tuple[tuple[str, ...], ...]]:
    return {
        code: tuple(tuple(item.split("+")) for item in items)
        for code, items in table_entries(__name__, "haste.txt")
    }


def _listed() -> Iterator[tuple[str, tuple[str, ...]]]:
    for package, table in ((__name__, "concepts.txt"), (DANGER_PACKAGE, "minutes.txt")):
        for name, phrases in table_entries(package, table):
            yield name, tuple(phrases)


def _rule(code: str, weight: float, item: str) -> SeedRule:
    needed: list[str] = []
    excluded: list[str] = []
    for part in item.split("+"):
        first, *others = part.split("-")
        needed.append(first)
        excluded += others
    return SeedRule(code, weight, tuple(needed), tuple(excluded))
