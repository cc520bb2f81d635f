"""Where communes stand on a map of equal squares: roughly true, and legible at any size."""

import csv
import functools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from keng.places.models import Place

_FILE = Path(__file__).parent / "data" / "tiles.csv"
_ACROSS = 10
# Width, height and the gap between two squares, in the units of the drawing.
_WIDTH, _HEIGHT, _GAP = 70, 44, 2
# Longer names are squeezed into the square.
_LONG = 10


@dataclass(frozen=True, slots=True)
class TileSquare:
    """The square of one commune: its column and line on the map, and where it is drawn."""

    place: Place
    column: int
    line: int

    @property
    def is_long(self) -> bool:
        """Whether the name has to be squeezed."""
        return len(self.place.name) >= _LONG

    @property
    def x(self) -> int:
        return _GAP + self.column * (_WIDTH + _GAP)

    @property
    def y(self) -> int:
        return _GAP + self.line * (_HEIGHT + _GAP)

    @property
    def middle(self) -> int:
        return self.x + _WIDTH // 2


def drawing_size(squares: Sequence[TileSquare]) -> tuple[int, int]:
    """Width and height of a map of these squares."""
    right, bottom = max(each.x for each in squares), max(each.y for each in squares)
    return right + _WIDTH + _GAP, bottom + _HEIGHT + _GAP


def tile_positions(places: Iterable[Place]) -> dict[uuid.UUID, tuple[int, int]]:
    """Column and row of each place; those without a spot follow below, in their own order."""
    known = _known()
    found: dict[uuid.UUID, tuple[int, int]] = {}
    rest = []
    for place in places:
        spot = known.get(place.code)
        if spot is None or spot in found.values():
            rest.append(place)
        else:
            found[place.pk] = spot
    below = 1 + max((row for _column, row in found.values()), default=-1)
    for at, place in enumerate(rest):
        found[place.pk] = (at % _ACROSS, below + at // _ACROSS)
    return found


@functools.cache
def _known() -> dict[str, tuple[int, int]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: (int(row["col"]), int(row["row"])) for row in csv.DictReader(file)}
