"""A screenshot in which an officer covers faces and names: what is covered has no pixels left."""

from base64 import b64decode, b64encode
from collections.abc import Container, Iterable

from keng.files.pictures import confined
from keng.kit.numbers import whole_number

GRID_ROWS, GRID_COLUMNS = 16, 8
# A phone's screenshot has the name of the chat on top, and the faces of others down the left side.
FIRST_COVERED = frozenset(
    {(row, column) for row in range(2) for column in range(GRID_COLUMNS)}
    | {(row, 0) for row in range(GRID_ROWS)}
)
_LARGEST_SIDE = 1600
# It travels back in a form beside the words, which together may have 2 MB.
_MOST_BYTES = 1_200_000

GridCell = tuple[int, int]


def readable_picture(content: bytes) -> bytes | None:
    """The picture as JPEG, small enough to send back in a form; None if we cannot read it."""
    return covered_picture(content, [])


def covered_picture(content: bytes, cells: Iterable[GridCell]) -> bytes | None:
    """The picture with these cells black: nothing of what was there is left. None if unreadable."""
    try:
        return confined.copy_picture(
            content, side=_LARGEST_SIDE, most_bytes=_MOST_BYTES, covered=_corners(cells)
        )
    except confined.CannotCopy:
        return None


def blacked_out_copy(copy: bytes, cells: Iterable[GridCell]) -> bytes:
    """A copy to view with these cells black, as large as it was. Raises confined.CannotCopy."""
    return confined.copy_picture(copy, covered=_corners(cells))


def grid_rows(covered: Container[GridCell]) -> list[list[tuple[str, bool]]]:
    """The cells as parts/cover_grid.html shows them, each with whether it is black."""
    return [
        [(f"{row}-{column}", (row, column) in covered) for column in range(GRID_COLUMNS)]
        for row in range(GRID_ROWS)
    ]


def ticked_cells(cells: Iterable[str], bands: Iterable[str]) -> set[GridCell]:
    """What was ticked in the grid: single cells, and whole lines by their number."""
    found = {cell for written in cells if (cell := grid_cell(written)) is not None}
    lines = (whole_number(written, most=GRID_ROWS - 1) for written in bands)
    return found | {
        (line, column) for line in lines if line is not None for column in range(GRID_COLUMNS)
    }


def _corners(cells: Iterable[GridCell]) -> list[confined.Corners]:
    return [
        (column / GRID_COLUMNS, row / GRID_ROWS, (column + 1) / GRID_COLUMNS, (row + 1) / GRID_ROWS)
        for row, column in cells
    ]


def grid_cell(written: str) -> GridCell | None:
    """A cell as the form names it ("3-0"); None for one that is not on the picture."""
    before, _, after = written.partition("-")
    row = whole_number(before, most=GRID_ROWS - 1)
    column = whole_number(after, most=GRID_COLUMNS - 1)
    return None if row is None or column is None else (row, column)


def picture_to_text(picture: bytes) -> str:
    """As it stands in a form."""
    return b64encode(picture).decode()


def picture_from_text(written: str) -> bytes:
    """Back from the form; empty when it is no picture of ours."""
    try:
        return b64decode(written, validate=True)
    except ValueError:
        return b""
