"""The accents that a text written without them most likely has, word beside word.

"nha toi dang chay" is "nhà tôi đang cháy": of all spellings of each word those are taken that
were counted most often beside each other. Every letter keeps its place. Nothing is shown or kept
so: it is a second reading for whoever weighs words, beside the text as it was written.
"""

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from keng.language.disguise.syllables import (
    count_of_all_words,
    count_spelled,
    spellings_counted_together,
    spellings_of,
    words_listed_as,
)
from keng.language.fold import spelling

_WORD = re.compile(r"[^\W\d_]+")
# The part of a neighbour in how likely a spelling is, and how often counts what nobody counted.
_OF_NEIGHBOURS, _UNSEEN = 0.6, 0.2
# No word has more spellings that are worth a comparison with all of its neighbour's.
_MOST_SPELLINGS = 12
# From which share on the words are Vietnamese, of which many are English that are none.
_VIETNAMESE, _ENGLISH = 0.7, 0.2
# Of a long story the first words say what it is about.
_MOST_WORDS = 400


@lru_cache(maxsize=4)
def with_accents(text: str) -> str | None:
    """The text as it would be with its accents; None if it is not Vietnamese without them."""
    words = list(_WORD.finditer(text))
    lower = [word.group().lower() for word in words]
    known = sum(map(bool, map(spellings_of, lower)))
    english = sum(map(words_listed_as("signs_of_english").__contains__, lower))
    if known <= _VIETNAMESE * len(lower) or english > _ENGLISH * len(lower):
        return None
    words = words[:_MOST_WORDS]
    begins = [
        at == 0 or not text[words[at - 1].end() : word.start()].isspace()
        for at, word in enumerate(words)
    ]
    options = [_options(word) for word in lower[:_MOST_WORDS]]
    made, at = [], 0
    for word, spelled in zip(words, likeliest_spellings(options, begins), strict=True):
        made += [text[at : word.start()], _in_case_of(word.group(), spelled)]
        at = word.end()
    return "".join([*made, text[at:]])


def likeliest_spellings(options: Sequence[Sequence[str]], begins: Sequence[bool]) -> list[str]:
    """Of what each word may be what they are together (Viterbi).

    Where a clause begins, what stands before says nothing.
    """
    costs: dict[str, float] = {"": 0.0}
    steps: list[dict[str, str]] = []
    for spellings, is_first in zip(options, begins, strict=True):
        if is_first:
            best = _cheapest(costs)
            costs = {best: costs[best]}
        costs, step = _next_costs(costs, spellings, is_beside=not is_first)
        steps.append(step)
    chosen: list[str] = []
    last = _cheapest(costs)
    for step in reversed(steps):
        chosen.append(last)
        last = step[last]
    return chosen[::-1]


def _next_costs(
    costs: Mapping[str, float], spellings: Sequence[str], *, is_beside: bool
) -> tuple[dict[str, float], dict[str, str]]:
    """What each spelling costs after the cheapest word before it, and which word that is.

    Few words were counted beside each other: after all others a spelling costs the same, so that
    of those only the cheapest is looked at.
    """
    before = _cheapest(costs)
    least = costs[before]
    found = {word: least + _cost_alone(word) for word in spellings}
    step = dict.fromkeys(spellings, before)
    if not is_beside:
        return found, step
    # All spellings of a word are one word without their accents, so that any of them will do.
    counted = spellings_counted_together(before, spellings[0])
    if not counted:
        return found, step
    first_words, second_words = _by_spelling(tuple(costs)), _by_spelling(tuple(spellings))
    for first, second, count in counted:
        if first in first_words and second in second_words:
            before, word = first_words[first], second_words[second]
            beside = _OF_NEIGHBOURS * count / count_spelled(before)
            together = costs[before] - math.log(beside + (1 - _OF_NEIGHBOURS) * _share(word))
            found[word], step[word] = min((found[word], step[word]), (together, before))
    return found, step


@lru_cache(maxsize=4096)
def _by_spelling(words: tuple[str, ...]) -> Mapping[str, str]:
    return {spelling(word): word for word in words}


@lru_cache(maxsize=4096)
def _cost_alone(word: str) -> float:
    return -math.log((1 - _OF_NEIGHBOURS) * _share(word))


def _cheapest(costs: Mapping[str, float]) -> str:
    least = min(costs.values())
    return min([word for word, cost in costs.items() if cost == least])


def _options(word: str) -> tuple[str, ...]:
    """How it may be spelled; a word that has accents, or is unknown, is what it is."""
    return spellings_of(word)[:_MOST_SPELLINGS] or (word,)


@lru_cache(maxsize=4096)
def _share(word: str) -> float:
    return (count_spelled(word) + _UNSEEN) / count_of_all_words()


def _in_case_of(written: str, spelled: str) -> str:
    if written.isupper() and len(written) > 1:
        return spelled.upper()
    return spelled[0].upper() + spelled[1:] if written[0].isupper() else spelled
