"""Was this asked before? Likeness of words, shown with its reasons; a person decides."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from keng.language.fold import flatten
from keng.language.similarity import jaccard, shingles

T = TypeVar("T")
# Below it what is shared is chance. Set on the development set, which tests/load measures: so the
# figures there are the best case.
LEAST_LIKENESS = 0.107
_FEWEST_SHARED = 2
_SENTENCE_END = re.compile(r"[.!?\n]+")
_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 4
_MOST_PARTS = 12
_FILLERS = (
    "co la va thi ma o cua cho khong ko k duoc cac nhung mot nay do kia nao gi phai dung that vay"
    " ha a nhe roi se da dang bi tu den ra vao tren trong hay voi ve sao ai oi ad anh chi em moi"
    " nguoi nghe bao noi tin"
)
_FILLER = frozenset(_FILLERS.split())


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """Something asked before, how alike it is, and the words that both have."""

    item: T
    score: float
    shared: tuple[str, ...]


def best_matches(
    asked: str, known: Iterable[tuple[T, Sequence[str]]], *, most: int
) -> list[Match[T]]:
    """The most alike first. A long message is compared sentence by sentence, too."""
    parts = [_telling_shingles(part) for part in _parts_to_compare(asked)]
    found = []
    for thing, texts in known:
        said = [_telling_shingles(text) for text in texts if text]
        score = max((jaccard(one, other) for one in parts for other in said), default=0.0)
        shared = _shared_words(asked, texts) if score >= LEAST_LIKENESS else ()
        if len(shared) >= _FEWEST_SHARED:
            found.append(Match(thing, score, shared))
    return sorted(found, key=lambda match: -match.score)[:most]


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but case, marks and digits."""
    return shingles(one) == shingles(other)


def _telling_shingles(text: str) -> frozenset[str]:
    """Words and pairs of them without what every question has."""
    words = _WORD.findall(flatten(text).flat)
    return shingles(" ".join(word for word in words if word not in _FILLER))


def _parts_to_compare(text: str) -> list[str]:
    sentences = [part for part in _SENTENCE_END.split(text) if len(part.split()) >= _SHORTEST]
    return [text, *sentences[:_MOST_PARTS]]


def _shared_words(asked: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The telling words of the question that stand there as well, as they were asked."""
    there = {word for text in texts for word in _WORD.findall(flatten(text).flat)}
    flat = flatten(asked)
    words = {
        found[0]: flat.written(found.start(), found.end()).lower()
        for found in _WORD.finditer(flat.flat)
        if found[0] in there and found[0] not in _FILLER
    }
    return tuple(words.values())[:8]
