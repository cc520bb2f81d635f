"""A screenshot in which an officer covers faces and names: what is covered has no pixels left."""

import io
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING

from keng.tips.pictures import viewing_copy_of

if TYPE_CHECKING:
    from PIL import Image

ROWS, COLUMNS = 16, 8
# A phone's screenshot has the name of the chat on top, and the faces of others down the left side.
FIRST_COVERED = frozenset(
    {(row, column) for row in range(2) for column in range(COLUMNS)}
    | {(row, 0) for row in range(ROWS)}
)
_LARGEST_SIDE = 1600
# It travels back in a form beside the words, which together may have 2 MB.
_MOST_BYTES = 1_200_000

Cell = tuple[int, int]


def readable(content: bytes) -> bytes | None:
    """The picture as JPEG, small enough to send back in a form; None if we cannot read it."""
    from PIL import Image  # noqa: PLC0415 -- see keng.tips.pictures

    plain = viewing_copy_of(content)
    if plain is None:
        return None
    with Image.open(io.BytesIO(plain)) as picture:
        picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
        return _as_jpeg(picture)


def covered(content: bytes, cells: Iterable[Cell]) -> bytes | None:
    """The picture with these cells black: nothing of what was there is left. None if unreadable."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- see keng.tips.pictures

    plain = viewing_copy_of(content)
    if plain is None:
        return None
    with Image.open(io.BytesIO(plain)) as picture:
        draw = ImageDraw.Draw(picture)
        for row, column in cells:
            draw.rectangle(_corners(picture.size, row, column), fill="black")
        return _as_jpeg(picture)


def cell_of(written: str) -> Cell | None:
    """A cell as the form names it ("3-0"); None for one that is not on the picture."""
    row, _, column = written.partition("-")
    if not (row.isascii() and row.isdigit() and column.isascii() and column.isdigit()):
        return None
    found = int(row[:3]), int(column[:3])
    return found if found[0] < ROWS and found[1] < COLUMNS else None


def to_text(picture: bytes) -> str:
    """As it stands in a form."""
    return b64encode(picture).decode()


def from_text(written: str) -> bytes:
    """Back from the form; empty when it is no picture of ours."""
    try:
        return b64decode(written, validate=True)
    except ValueError:
        return b""


def _corners(size: tuple[int, int], row: int, column: int) -> tuple[int, int, int, int]:
    """A cell's edges, rounded outwards, so that no line between two covered cells stays."""
    width, height = size
    return (
        column * width // COLUMNS, row * height // ROWS,
        -(-(column + 1) * width // COLUMNS), -(-(row + 1) * height // ROWS),
    )  # fmt: skip


def _as_jpeg(picture: "Image.Image") -> bytes:
    for quality in (85, 70, 50, 30):
        made = io.BytesIO()
        picture.save(made, "JPEG", quality=quality)
        if made.tell() <= _MOST_BYTES:
            break
    return made.getvalue()
