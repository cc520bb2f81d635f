"""The rows of the yearly list: each commune of the province, in the order of the alphabet."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keng.accounts.who import PROVINCE_WORKING
from keng.kit import times
from keng.kit.sql_names import alphabetically
from keng.places.models import Unit
from keng.reports.yearly.measures import (
    MEASURES,
    WORKED_FROM_PERCENT,
    DeskCount,
    Measure,
    YearAsk,
)

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@dataclass(frozen=True, slots=True)
class YearCell:
    """One measure at one place. Without a count there are too few to say anything."""

    measure: Measure
    count: DeskCount | None

    @property
    def has_worked(self) -> bool:
        return self.count is not None and self.count.percent >= WORKED_FROM_PERCENT


@dataclass(frozen=True, slots=True)
class YearRow:
    """One place."""

    unit: Unit
    cells: Sequence[YearCell]

    @property
    def says_nothing(self) -> bool:
        """Whether there are too few of everything."""
        return all(cell.count is None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class MeasureSum:
    """At how many places a measure worked, and of how many it says something."""

    measure: Measure
    worked: int
    known: int


@dataclass(frozen=True, slots=True)
class YearlyList:
    """The whole list of one year."""

    year: int
    rows: Sequence[YearRow]
    too_few: Sequence[Unit]
    """Places of which no measure says anything."""
    sums: Sequence[MeasureSum]

    def rows_where_worked(self, key: str) -> list[YearRow]:
        """Those at which this measure worked; all of them where there is no such measure."""
        if key not in {measure.key for measure in MEASURES}:
            return list(self.rows)
        return [
            row
            for row in self.rows
            if any(cell.measure.key == key and cell.has_worked for cell in row.cells)
        ]


def last_year() -> int:
    """The past calendar year: of a year that goes on, the list would be a race."""
    return times.local_date(times.now()).year - 1


def yearly_list_of(officer: "Officer", year: int) -> YearlyList:
    """One question for each measure, however many places there are."""
    below = PROVINCE_WORKING.units(officer).filter(kind=Unit.Kind.COMMUNE)
    units = list(below.order_by(alphabetically(), "pk"))
    ask = YearAsk(officer, [unit.pk for unit in units], year)
    counts = {measure.key: measure.count(ask) for measure in MEASURES}
    rows = [_row(unit, counts) for unit in units]
    return YearlyList(
        year,
        [row for row in rows if not row.says_nothing],
        [row.unit for row in rows if row.says_nothing],
        [_sum(measure, rows) for measure in MEASURES],
    )


def _row(unit: Unit, counts: Mapping[str, Mapping[uuid.UUID, DeskCount]]) -> YearRow:
    cells = []
    for measure in MEASURES:
        count = counts[measure.key].get(unit.pk)
        enough = count is not None and count.total >= measure.fewest
        cells.append(YearCell(measure, count if enough else None))
    return YearRow(unit, cells)


def _sum(measure: Measure, rows: Sequence[YearRow]) -> MeasureSum:
    cells = [cell for row in rows for cell in row.cells if cell.measure is measure]
    return MeasureSum(
        measure,
        worked=sum(cell.has_worked for cell in cells),
        known=sum(cell.count is not None for cell in cells),
    )
