"""Open tips of every commune as squares of a map; the table beside it says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from keng.inbox.by_place.tips_by_place import OpenTips, TipsByPlace
from keng.places.models import Place
from keng.places.tiles import TileSquare, drawing_size, tile_positions

_STEPS = 5


@dataclass(frozen=True, slots=True)
class TipTile:
    """One commune; `level` is 1 to 5 by its open tips, "zero" without any."""

    square: TileSquare
    tips: OpenTips
    level: str


@dataclass(frozen=True, slots=True)
class TipLevel:
    """A line of the legend: how many open tips have this colour, in how many communes."""

    level: str
    least: int
    most: int
    communes: int

    @property
    def is_last(self) -> bool:
        return self.level == str(_STEPS)


@dataclass(frozen=True, slots=True)
class TipMap:
    """All communes of an officer on the drawing."""

    tiles: list[TipTile]
    levels: list[TipLevel]
    width: int
    height: int


def tip_map(found: TipsByPlace) -> TipMap | None:
    """The map; None for a desk of one commune, where there is nothing to lay out."""
    if len(found.places) < 2:
        return None
    # By name: a place without a square of its own stays where it is, however many tips it has.
    placed = [(each.place, each) for each in found.places if each.place]
    placed.sort(key=lambda each: each[0].folded)
    where = tile_positions(place for place, _tips in placed)
    step = -(-max((tips.count for _place, tips in placed), default=0) // _STEPS) or 1
    tiles = [
        TipTile(TileSquare(place, *where[place.pk]), tips, _level(tips.count, step))
        for place, tips in placed
    ]
    levels = [
        TipLevel(
            level=str(at + 1),
            least=at * step + 1,
            most=(at + 1) * step,
            communes=_communes_with(str(at + 1), tiles),
        )
        for at in range(_STEPS)
    ]
    levels.insert(0, TipLevel("zero", 0, 0, _communes_with("zero", tiles)))
    return TipMap(tiles, levels, *drawing_size([tile.square for tile in tiles]))


def commune_of(found: TipsByPlace, pk: str) -> Place | None:
    """The commune of this id among the officer's, or their only one."""
    places = [each.place for each in found.places if each.place]
    if len(places) == 1:
        return places[0]
    return next((place for place in places if str(place.pk) == pk), None)


def _level(count: int, step: int) -> str:
    return str(-(-count // step)) if count else "zero"


def _communes_with(level: str, tiles: Sequence[TipTile]) -> int:
    return sum(1 for tile in tiles if tile.level == level)
