"""How alike two texts are: shared folded words and word pairs, with numbers masked.

What disguises a copy (pictures in words, letters that look alike, chat spellings) makes no other
text of it. Whether two texts tell of one event says `keng.language.same_incident`.
"""

import re
from collections.abc import Set as AbstractSet
from itertools import pairwise

from keng.language.disguise import flatten_readable

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


def shingles(text: str) -> frozenset[str]:
    """The folded words and pairs of them; digits are masked, as copies differ in them."""
    words = [_DIGITS.sub("0", word) for word in _WORD.findall(flatten_readable(text).flat)]
    return frozenset(words) | {f"{one} {next_one}" for one, next_one in pairwise(words)}


def jaccard(one: AbstractSet[object], other: AbstractSet[object]) -> float:
    """The shared part of two sets: 0 nothing, 1 the same."""
    if not one or not other:
        return 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
