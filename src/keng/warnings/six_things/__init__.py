"""Which of the six things of a warning a Vietnamese text says, and whether it frightens in vain.

Source, hazard, place, consequence, act and time are what people need before they do something, as
research on public warnings found. What is found here is a hint for whoever writes or lets a text
out: it stops nothing, and it says of no text that it is true. The words are in `words.txt`.
"""

from dataclasses import dataclass
from enum import StrEnum

from keng.warnings.six_things.alarm import frightens
from keng.warnings.six_things.harm import says_consequence, says_hazard
from keng.warnings.six_things.instructions import clauses_that_instruct
from keng.warnings.six_things.place import says_place
from keng.warnings.six_things.read_text import ReadText, readings_of_text
from keng.warnings.six_things.source import says_source
from keng.warnings.six_things.when import says_time


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
    readings = readings_of_text(text)
    acts = set().union(*(clauses_that_instruct(read) for read in readings))
    things = frozenset(thing for read in readings for thing in _things_of(read, acts))
    return ThingsSaid(things, any(frightens(read) for read in readings))


def _things_of(read: ReadText, acts: set[int]) -> list[Thing]:
    says = {
        Thing.SOURCE: says_source(read),
        Thing.HAZARD: says_hazard(read, acts),
        Thing.PLACE: says_place(read, acts),
        Thing.CONSEQUENCE: says_consequence(read, acts),
        Thing.ACT: bool(acts),
        Thing.TIME: says_time(read),
    }
    return [thing for thing in Thing if says[thing]]
