"""Where communes stand on a map of equal squares: roughly true, and legible at any size."""

import csv
import functools
import uuid
from collections.abc import Iterable
from pathlib import Path

from keng.places.models import Place

_FILE = Path(__file__).parent / "data" / "tiles.csv"
_ACROSS = 10


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
