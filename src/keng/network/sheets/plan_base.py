"""What the plans of all sheets have in common: reading a line, counting rows, one digest."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from django.utils.translation import gettext as _

from keng.network.sheets import cells
from keng.network.sheets.reading import SheetLine

T = TypeVar("T")
# Cells that are never left as they were: an empty one is wrong.
_NEVER_EMPTY = {"name", "kind"}


@dataclass(frozen=True, slots=True)
class CellChange:
    """One thing that would be different afterwards."""

    what: str
    before: str
    after: str


class PlannedRow(Protocol):
    """What becomes of one row of a sheet."""

    @property
    def state(self) -> str:
        """new, changed, same, choice or wrong."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the importer should know though nothing is wrong."""

    @property
    def digest_parts(self) -> tuple[Any, ...]:
        """All that would be done with the row, for the digest."""


class PlannedWithErrors(PlannedRow, Protocol):
    """A row that may be refused alone, while others are imported."""

    @property
    def number(self) -> int:
        """Where it stands in the file."""

    @property
    def errors(self) -> tuple[str, ...]:
        """Why it is refused."""


R = TypeVar("R", bound=PlannedRow)


@dataclass(frozen=True)
class SheetPlan(Generic[R]):
    """Every row and what becomes of it. Only one without errors and questions is carried out."""

    rows: tuple[R, ...]
    sheet: str
    """The hash of the file."""

    def rows_in(self, state: str) -> list[R]:
        """The rows of one state."""
        return [row for row in self.rows if row.state == state]

    @property
    def new(self) -> list[R]:
        return self.rows_in("new")

    @property
    def changed(self) -> list[R]:
        return self.rows_in("changed")

    @property
    def same(self) -> list[R]:
        return self.rows_in("same")

    @property
    def unclear(self) -> list[R]:
        return self.rows_in("choice")

    @property
    def wrong(self) -> list[R]:
        return self.rows_in("wrong")

    @property
    def noted(self) -> list[R]:
        return [row for row in self.rows if row.notes and row.state != "wrong"]

    @property
    def changes(self) -> int:
        return len(self.new) + len(self.changed)

    @property
    def is_ready(self) -> bool:
        """Whether all of it can be taken over; a part of it never is."""
        return not self.wrong and not self.unclear

    @property
    def digest(self) -> str:
        """Changes when anything that would be done changes, whoever changed it meanwhile."""
        parts = [row.digest_parts for row in self.rows]
        return hashlib.sha256(repr((self.sheet, parts)).encode()).hexdigest()


@dataclass(slots=True)
class CellReader:
    """Reads the cells of a line and collects what is wrong with them."""

    line: SheetLine
    headings: Mapping[str, Any]
    """Of the columns, by their keys."""
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def words(self, key: str) -> str:
        """The cell as written; one that a spreadsheet would run counts as empty and wrong."""
        return self.line.cells.get(key, "")

    def parse(self, key: str, meaning: Callable[[str], T], otherwise: T | None = None) -> T | None:
        """The cell's meaning; what is wrong with it is remembered."""
        words = self.words(key)
        if not words and key not in _NEVER_EMPTY:
            return otherwise
        try:
            return meaning(words)
        except cells.WrongCell as error:
            self.errors.append(str(error))
            return None

    def __post_init__(self) -> None:
        for key in self.line.formulas:
            told = {"column": self.headings[key]}
            self.errors.append(
                _("“%(column)s” begins with =, +, - or @, as a formula does: leave that sign out")
                % told
            )
