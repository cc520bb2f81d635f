"""Which of the six things of a warning a Vietnamese text says, and whether it frightens in vain.

Source, hazard, place, consequence, act and time are what people need before they do something, as
research on public warnings found. What is found here is a hint for whoever writes or lets a text
out: it stops nothing, and it says of no text that it is true. Lists of words
(`words.txt`), rules and single words are clues (`clues.py`), whose weights were learned.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from keng.warnings.six_things.clues import (
    ALARM,
    clues_in_sentence,
    learned_weights,
    sentences_of,
)


class Thing(StrEnum):
    """What the text of a warning says."""

    SOURCE = "source"
    HAZARD = "hazard"
    PLACE = "place"
    CONSEQUENCE = "consequence"
    ACT = "act"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class ThingsSaid:
    """What one text says."""

    things: frozenset[Thing]
    frightens: bool
    """Whether its words or its letters alarm."""

    @property
    def missing(self) -> tuple[Thing, ...]:
        """The things it does not say, in their order."""
        return tuple(thing for thing in Thing if thing not in self.things)

    @property
    def frightens_without_act(self) -> bool:
        """Whether it alarms people and does not tell them what to do."""
        return self.frightens and Thing.ACT not in self.things


def things_said(text: str) -> ThingsSaid:
    """Read a text in Vietnamese, with or without accents; of a long one the beginning."""
    sentences = sentences_of(text)
    last = len(sentences) - 1
    sums = [
        _sums_of(clues_in_sentence(sentence, is_first=at == 0, is_last=at == last))
        for at, sentence in enumerate(sentences)
    ]
    things = frozenset(thing for thing in Thing if any(each[thing] > 0 for each in sums))
    return ThingsSaid(things, any(each[ALARM] > 0 for each in sums))


def _sums_of(clues: Iterable[str]) -> Mapping[str, float]:
    """What the clues of a sentence speak for: each thing, and alarm, whose sum is above zero."""
    known = learned_weights()
    sums: dict[str, float] = defaultdict(float)
    for clue in clues:
        for thing, weight in known.get(clue, {}).items():
            sums[thing] += weight
    return sums
