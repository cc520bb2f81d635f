"""How alike two texts are: shared folded words and word pairs, with numbers masked."""

import re
from collections.abc import Set as AbstractSet
from itertools import pairwise

from keng.language.fold import flatten

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


def shingles(text: str) -> frozenset[str]:
    """The folded words and pairs of them; digits are masked, as copies differ in them."""
    words = [_DIGITS.sub("0", word) for word in _WORD.findall(flatten(text).flat)]
    return frozenset(words) | {f"{one} {next_one}" for one, next_one in pairwise(words)}


def jaccard(one: AbstractSet[object], other: AbstractSet[object]) -> float:
    """The shared part of two sets: 0 nothing, 1 the same."""
    if not one or not other:
        return 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
