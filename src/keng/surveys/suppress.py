"""Leaving out what could tell who answered, and whatever would let it be calculated back.

A count below five is not published. Since totals are, one hidden count could be found by
subtraction: so further ones, the smallest first, are hidden until what is hidden together is at
least two lines and itself no small count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from keng.kit.small_counts import FEWEST_SHOWN

HiddenWhy = Literal["", "small", "back"]
SMALL: HiddenWhy = "small"
BACK: HiddenWhy = "back"


@dataclass(frozen=True, slots=True)
class PlaceCell:
    """One line: how many answered there, and how many of them gave a marked answer."""

    answered: int
    marked: int

    @property
    def is_small(self) -> bool:
        """Whether either side of the split is a handful of people: those who did, or did not."""
        return self.marked < FEWEST_SHOWN or self.answered - self.marked < FEWEST_SHOWN

    def __add__(self, other: "PlaceCell") -> "PlaceCell":
        return PlaceCell(self.answered + other.answered, self.marked + other.marked)


def hidden_parts(counts: Sequence[int]) -> list[HiddenWhy]:
    """Why each part of a published total is hidden, or ""."""
    hidden: dict[int, HiddenWhy] = {at: SMALL for at, n in enumerate(counts) if n < FEWEST_SHOWN}
    while hidden and (len(hidden) < 2 or sum(counts[at] for at in hidden) < FEWEST_SHOWN):
        left = [at for at in range(len(counts)) if at not in hidden]
        if not left:
            break
        hidden[min(left, key=lambda at: counts[at])] = BACK
    return [hidden.get(at, "") for at in range(len(counts))]


def hidden_places(cells: Mapping[str, PlaceCell]) -> dict[str, HiddenWhy] | None:
    """Why each place is hidden, or ""; None when nothing can be said by place at all.

    The totals over all places are known, so what is hidden together must itself be no small cell.
    """
    hidden: dict[str, HiddenWhy] = {key: SMALL for key, cell in cells.items() if cell.is_small}
    while hidden and (len(hidden) < 2 or _together(cells, hidden).is_small):
        left = [key for key in cells if key not in hidden]
        if not left:
            return None
        hidden[min(left, key=lambda key: cells[key].answered)] = BACK
    if len(hidden) == len(cells):
        return None
    return {key: hidden.get(key, "") for key in cells}


def _together(cells: Mapping[str, PlaceCell], keys: Mapping[str, HiddenWhy]) -> PlaceCell:
    return sum((cells[key] for key in keys), PlaceCell(0, 0))
