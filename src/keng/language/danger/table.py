"""The tables: ideas with their phrases in each language, and the rules made of ideas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from keng.kit.urgency import Urgency
from keng.language.fold import fold, spelling
from keng.language.tables import table_entries
from keng.language.words import first_two_words, folded_key

DANGER_PACKAGE = "keng.language.danger"
DANGER_LANGUAGES = ("vietnamese", "english", "chinese", "korean")
DANGER_MASK = "MASK"
# Chinese characters and Korean syllables: each is a word of its own here.
FAR_EAST = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class DangerPhrase:
    """A phrase of an idea, as it is compared."""

    idea: str
    spelled: tuple[str, ...]
    is_plain: bool
    """Whether it counts where it is typed without accents."""


@dataclass(frozen=True, slots=True)
class DangerRule:
    """All the needed ideas near each other, and none of the excluded ones near them."""

    kind: str
    level: Urgency
    needed: tuple[str, ...]
    excluded: tuple[str, ...]
    all_needed: frozenset[str]


@dataclass(slots=True)
class PhraseIndex:
    """Phrases by their folded words, and every beginning of a longer phrase."""

    phrases: dict[str, list[DangerPhrase]] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)
    beginnings: set[tuple[str, str]] = field(default_factory=set)
    """Two folded words with which a phrase of several begins."""


@cache
def danger_phrases() -> PhraseIndex:
    """All phrases of all languages."""
    index = PhraseIndex()
    for language in (*DANGER_LANGUAGES, "vocabulary"):
        for idea, listed in table_entries(DANGER_PACKAGE, f"{language}.txt"):
            for written in listed:
                _add(index, idea, written, is_foreign=language != "vietnamese")
    index.beginnings.update(first_two_words({*index.phrases, *index.heads}))
    return index


@cache
def danger_rules() -> dict[str, tuple[DangerRule, ...]]:
    """Every rule, by the first idea it needs."""
    found: dict[str, list[DangerRule]] = {}
    for rule in _rules():
        found.setdefault(rule.needed[0], []).append(rule)
    return {name: tuple(theirs) for name, theirs in found.items()}


@cache
def calmers() -> dict[str, frozenset[str]]:
    """For each kind of danger the ideas beside which it is none."""
    found = table_entries(DANGER_PACKAGE, "calmers.txt")
    return {kind: frozenset(ideas) for kind, ideas in found}


def _rules() -> Iterator[DangerRule]:
    for name, items in table_entries(DANGER_PACKAGE, "rules.txt"):
        kind, _dot, level = name.partition(".")
        for item in items:
            needed: list[str] = []
            excluded: list[str] = []
            for part in item.split("+"):
                first, *others = part.split("-")
                needed.append(first)
                excluded += others
            yield DangerRule(
                kind, Urgency(level), tuple(needed), tuple(excluded), frozenset(needed)
            )


def _add(index: PhraseIndex, idea: str, written: str, *, is_foreign: bool) -> None:
    words = _words(written.rstrip("*!"))
    # One Vietnamese syllable without its accents may be a dozen words.
    is_clear = written.endswith("*") or (len(words) > 1 and not written.endswith("!"))
    is_plain = is_foreign or is_clear
    keys = [word if FAR_EAST.match(word) else folded_key(fold(word)) for word in words]
    phrase = DangerPhrase(idea, tuple(map(spelling, words)), is_plain)
    index.phrases.setdefault(" ".join(keys), []).append(phrase)
    index.heads.update(" ".join(keys[:n]) for n in range(1, len(keys)))


def _words(written: str) -> list[str]:
    """The words of a phrase; in Chinese and Korean its characters."""
    found: list[str] = []
    for word in written.split("_"):
        if FAR_EAST.search(word):
            found += [character for character in word if not character.isspace()]
        else:
            found.append(word)
    return found
