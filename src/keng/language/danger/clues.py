"""What in a text speaks for danger and what against it: clues, and the weights they were given.

A clue is a word, two neighbours, an idea or a rule. The weights were learned from the sentences in
the tests (`python -m tests.train_danger`), so that a word nobody thought of as a rule counts too,
and a film, a price or "xin giấy xác nhận" counts against. A word, an idea or a rule can be read,
so each reading names the words it rests on.
"""

import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from keng.language.danger.table import DANGER_PACKAGE

if TYPE_CHECKING:
    from keng.language.danger.danger_words import DangerWords

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


def clue_of_word(folded: str) -> str:
    """The name of the clue that a word is, or how long a number is; "" of a far eastern character.

    Those say nothing alone: they go two and three together.
    """
    if folded > _BEFORE_FAR_EAST:
        return ""
    return f"number:{min(len(folded), _NUMBER)}" if folded.isdigit() else f"word:{folded}"


def spelling_clue(folded: str, spelled: str) -> str:
    """The name of the clue that a word with its accents is; "" where it has none."""
    is_clue = not (spelled.isascii() or folded > _BEFORE_FAR_EAST or folded.isdigit())
    return f"spelled:{spelled}" if is_clue else ""


def clues_of_words(words: "DangerWords") -> Iterator[Clue]:
    """Name, start and end of each word, its spelling, and it with its neighbour.

    Characters of Chinese and Korean go two and three together. Words of names say nothing.
    """
    for at, (clue, spelled) in enumerate(zip(words.clues, words.spelling_clues, strict=True)):
        if not clue or at in words.in_names:
            continue
        yield clue, at, at + 1
        if spelled and words.accented:
            yield spelled, at, at + 1
    keys = words.folded
    for at, (first, second) in enumerate(words.neighbours):
        yield f"next:{first}_{second}", at, at + 2
        if first > _BEFORE_FAR_EAST and at + 2 < len(keys):
            yield f"next:{first}_{second}_{keys[at + 2]}", at, at + 3


def quick_score(words: "DangerWords", others: Sequence[Clue]) -> float:
    """The same score as `weigh_clues`, but for the last digits of the sum, without its clues.

    Only for plain words. `others` are the clues of ideas and rules.
    """
    clues: Sequence[str] = words.clues
    if words.in_names:
        clues = ["" if at in words.in_names else clue for at, clue in enumerate(clues)]
    spelled: Sequence[str] = ()
    if words.accented:
        spelled = words.spelling_clues
        if words.in_names:
            spelled = ["" if at in words.in_names else clue for at, clue in enumerate(spelled)]
    named, beside = _values()
    if len(words) <= _LONG:
        return _quick_sum(
            {*clues, *spelled, *(clue[0] for clue in others)}, set(words.neighbours), named, beside
        )
    best = named[BIAS]
    for start in range(0, len(words), _STEP):
        end = start + 2 * _STEP
        near = {clue[0] for clue in others if start <= clue[1] < end}
        best = max(
            best,
            _quick_sum(
                {*clues[start:end], *spelled[start:end], *near},
                set(words.neighbours[start:end]),
                named,
                beside,
            ),
        )
    return best


def _quick_sum(
    names: set[str],
    neighbours: set[tuple[str, str]],
    named: dict[str, float],
    beside: dict[tuple[str, str], float],
) -> float:
    return (
        named[BIAS]
        + sum(map(named.__getitem__, named.keys() & names))
        + sum(map(beside.__getitem__, beside.keys() & neighbours))
    )


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
def _values() -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """The weight of each clue by its name; of two neighbours by the two words."""
    named: dict[str, float] = {}
    beside: dict[tuple[str, str], float] = {}
    for name, weight in clue_weights().items():
        kind, _colon, words = name.partition(":")
        if kind != "next":
            named[name] = weight.value
        elif words.count("_") == 1:
            first, _between, second = words.partition("_")
            beside[first, second] = weight.value
    return named, beside


@cache
def clue_weights() -> Mapping[str, ClueWeight]:
    """The weight of every clue that has one."""
    text = resources.files(DANGER_PACKAGE).joinpath("weights.csv").read_text(encoding="utf-8")
    rows = itertools.islice(csv.reader(text.splitlines()), 1, None)
    return {name: ClueWeight(float(value), kind) for name, value, kind in rows}
