"""What in a text speaks for danger and what against it: clues, and the weights they were given.

A clue is a word, two neighbours, an idea or a rule. The weights were learned from the sentences in
the tests (`python -m tests.train_danger`), so that a word nobody thought of as a rule counts too,
and a film, a price or "xin giấy xác nhận" counts against. A word, an idea or a rule can be read,
so each reading names the words it rests on.
"""

import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources
from typing import NamedTuple

from keng.language.danger.table import DANGER_PACKAGE
from keng.language.words import TextWord

# A long story is read in parts of two steps: what is far away neither adds to nor hides a danger.
_LONG = 40
_STEP = 12
_NUMBER = 4
_BEFORE_FAR_EAST = "\u33ff"


# The name under which a weight is kept, the first word it stands on and the one after its last.
Clue = tuple[str, int, int]


class ClueWeight(NamedTuple):
    """How much a clue speaks for danger, and of which kind the danger mostly is."""

    value: float
    kind: str


class WeighedClues(NamedTuple):
    """The part of a text that speaks most for danger: its sum, and the clues that counted."""

    score: float
    counted: Mapping[str, Clue]

    def kind(self) -> str:
        """The kind of danger that most of the sum speaks of."""
        kinds: dict[str, float] = {}
        for weight in map(clue_weights().__getitem__, self.counted):
            if weight.value > 0 and weight.kind:
                kinds[weight.kind] = kinds.get(weight.kind, 0.0) + weight.value
        return max(kinds, key=lambda each: (kinds[each], each), default="distress")

    def strongest(self, kind: str) -> list[Clue]:
        """What spoke for danger: first what spoke of this kind, the strongest before the others."""
        known = clue_weights()
        speaking = [clue for name, clue in self.counted.items() if known[name].value > 0]
        return sorted(
            speaking, key=lambda clue: (known[clue[0]].kind != kind, -known[clue[0]].value, clue)
        )


def clues_of_words(
    words: Sequence[TextWord], in_names: AbstractSet[int], *, accented: bool
) -> Iterator[Clue]:
    """Name, start and end of each word, its spelling, and it with its neighbour.

    Characters of Chinese and Korean go two and three together. Words of names say nothing.
    """
    keys = [word.folded for word in words]
    for at, key in enumerate(keys):
        if key > _BEFORE_FAR_EAST or at in in_names:
            continue
        if key.isdigit():
            yield f"number:{min(len(key), _NUMBER)}", at, at + 1
            continue
        yield "word:" + key, at, at + 1
        if accented and not words[at].spelled.isascii():
            yield "spelled:" + words[at].spelled, at, at + 1
    for at, (first, second) in enumerate(itertools.pairwise(keys)):
        yield f"next:{first}_{second}", at, at + 2
        if first > _BEFORE_FAR_EAST and at + 2 < len(keys):
            yield f"next:{first}_{second}_{keys[at + 2]}", at, at + 3


def weigh_clues(words: int, clues: Sequence[Clue]) -> WeighedClues:
    """Add up the weights of the clues, each once, in the part that speaks most for danger."""
    known = clue_weights()
    if words <= _LONG:
        return _sum_of(clues)
    parts: dict[int, list[Clue]] = {}
    for clue in clues:
        if clue[0] in known:
            number = clue[1] // _STEP
            parts.setdefault(number, []).append(clue)
            parts.setdefault(max(number - 1, 0), []).append(clue)
    sums = [_sum_of(part) for part in parts.values()]
    return max(sums, key=lambda each: each.score, default=_sum_of([]))


def _sum_of(clues: Iterable[Clue]) -> WeighedClues:
    known = clue_weights()
    score = known[BIAS].value
    counted: dict[str, Clue] = {}
    for clue in clues:
        name = clue[0]
        if name in known and name not in counted:
            counted[name] = clue
            score += known[name].value
    return WeighedClues(score, counted)


BIAS = "always"


@cache
def clue_weights() -> Mapping[str, ClueWeight]:
    """The weight of every clue that has one."""
    text = resources.files(DANGER_PACKAGE).joinpath("weights.csv").read_text(encoding="utf-8")
    rows = itertools.islice(csv.reader(text.splitlines()), 1, None)
    return {name: ClueWeight(float(value), kind) for name, value, kind in rows}
