"""Coverage of every commune, as squares of a map and as the rows of the table beside it."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keng.language.alphabet import NameKey, alphabetical
from keng.network.queries.targets import target_table
from keng.places.models import Place
from keng.places.tiles import TileSquare, drawing_size, tile_positions
from keng.relay.coverage import Coverage, CoverageRow

if TYPE_CHECKING:
    from keng.accounts.models import Officer

LOW_PERCENT = 40
# From which percentage on a square has which step of the scale.
_STEPS = ((95, 5), (80, 4), (60, 3), (LOW_PERCENT, 2), (0, 1))
MAP_LEGEND: tuple[tuple[str, Promise], ...] = (
    ("1", _("below 40%, thick edge")),
    ("2", _("40–59%")),
    ("3", _("60–79%")),
    ("4", _("80–94%")),
    ("5", _("95–100%")),
    ("none", _("no group yet, hatched")),
    ("asked", _("not asked, dashed edge")),
)


@dataclass(frozen=True, slots=True)
class MapTile:
    """One commune. `row` is None when nothing was sent to its groups, or it has none."""

    square: TileSquare
    row: CoverageRow | None
    groups: int

    @property
    def place(self) -> Place:
        return self.square.place

    @property
    def state(self) -> str:
        """The step "1" to "5", "none" without a group, "asked" when nothing was asked of it."""
        if self.row is not None:
            percent = self.row.percent
            return next(str(step) for least, step in _STEPS if percent >= least)
        return "asked" if self.groups else "none"


@dataclass(frozen=True, slots=True)
class TileMap:
    """All communes of an officer, least covered first."""

    tiles: tuple[MapTile, ...]
    width: int
    height: int

    def count(self, state: str) -> int:
        """How many communes are in a state; map, legend and table are counted from the same."""
        return Counter(tile.state for tile in self.tiles)[state]

    @property
    def low(self) -> int:
        return self.count("1")

    @property
    def without(self) -> int:
        return self.count("none")

    @property
    def legend(self) -> list[tuple[str, Promise, int]]:
        return [(state, words, self.count(state)) for state, words in MAP_LEGEND]


def tile_map(coverage: Coverage, *, officer: "Officer") -> TileMap | None:
    """The map; None for a desk of one commune, where there is nothing to lay out."""
    if len(officer.unit_ids) == 1:
        return None
    communes = target_table(officer).communes
    if not communes:
        return None
    rows = {row.place: row for row in coverage.places}
    where = tile_positions(one.place for one in communes)
    tiles = [
        MapTile(TileSquare(one.place, *where[one.place.pk]), rows.get(one.place.pk), one.groups)
        for one in communes
    ]
    tiles.sort(key=_worst_first)
    return TileMap(tuple(tiles), *drawing_size([tile.square for tile in tiles]))


def _worst_first(tile: MapTile) -> tuple[int, int, NameKey]:
    order = {"none": -1, "asked": 101}.get(tile.state, tile.row.percent if tile.row else 0)
    return order, -tile.groups, alphabetical(tile.place.name)
