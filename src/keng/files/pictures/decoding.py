"""Decodes a stranger's picture in a process that can do nothing else.

    python -I -m keng.files.pictures.decoding {"size": bytes, "side": pixels, …}

The picture comes in by standard input, its copy as JPEG leaves by standard output; where there is
none, the exit status is a `CopyRefusal`. Beside `pdf_pages`, which draws a document
in the same way, no module may import this one or open a picture.
The copy is drawn from the pixels, so the position and the device that the picture names stay out.
"""

import contextlib
import enum
import io
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw, UnidentifiedImageError

from keng.kit.closed_memory import close_memory, forbid_new_privileges
from keng.kit.system_calls import forbid_all_but_computing

MOST_MEMORY = 300 * 1000**2
# Ten times what the largest picture takes: whoever sends what takes longer holds up others.
MOST_CPU_SECONDS = 15
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Python, the libraries, and the copy that is being made.
_REST = 56 * 1000**2
_POLITENESS = 10
# Rows of the copy that are made at once.
_STRIP = 64
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The library's decoder keeps the canvas twice and hands out a third before there is a picture.
_WEBP_BYTES = 16


class CopyRefusal(enum.IntEnum):
    """Why there is no copy, as the exit status says it."""

    BROKEN = 10
    TOO_LARGE = 11
    LOCKED = 12


class PictureTooLarge(Exception):
    """It cannot be decoded within the memory this process has."""


def main() -> int:
    """One picture, once."""
    wanted = json.loads(sys.argv[1])
    # Before the limits: no module can be loaded after them.
    Image.init()
    close_memory()
    forbid_new_privileges()
    content = sys.stdin.buffer.read(wanted["size"])
    confine_process()
    try:
        made = jpeg_copy(content, wanted)
    except (PictureTooLarge, MemoryError, Image.DecompressionBombError):
        return CopyRefusal.TOO_LARGE
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return CopyRefusal.BROKEN
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


def confine_process() -> None:
    """Give up what decoding does not need: memory, time, files, the network, other processes."""
    for what, limit in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_DATA, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        # Standard input, output and error are open; a fourth is neither a file nor a socket.
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # Not every system has every limit; the time limit of the caller holds everywhere.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))
    os.nice(_POLITENESS)
    forbid_all_but_computing()


def jpeg_copy(content: bytes, wanted: dict[str, Any]) -> bytes:
    """The picture drawn anew as JPEG, with nothing of what it said of position and device.

    Raises PictureTooLarge and what the library raises.
    """
    side = wanted["side"]
    spare = MOST_MEMORY - _REST - len(content)
    if _webp_pixels(content) * _WEBP_BYTES > spare:
        raise PictureTooLarge
    with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
        longest = max(picture.size)
        coefficients = _bytes_of_coefficients(picture)
        if longest > side:
            picture.draft(None, (picture.width * side // longest, picture.height * side // longest))
        if picture.width * picture.height * _bytes_of_pixel(picture) + coefficients > spare:
            raise PictureTooLarge
        picture.load()
        plain = _reduced(picture, max(1, max(picture.size) // side))
        turn = _TURNS.get(_orientation(picture))
    plain.thumbnail((side, side))
    if turn is not None:
        plain = plain.transpose(turn)
    draw = ImageDraw.Draw(plain)
    for corners in wanted.get("covered", ()):
        draw.rectangle(_pixels_of(plain.size, corners), fill="black")
    return as_jpeg(plain, wanted.get("most_bytes", 0))


def _webp_pixels(content: bytes) -> int:
    """How many a WebP says it has, as its decoder takes memory for them when it is opened."""
    if content[8:12] != b"WEBP":
        return 0
    head, size = content[12:16], content[20:30]
    if head == b"VP8X":
        wide, high = int.from_bytes(size[4:7], "little"), int.from_bytes(size[7:10], "little")
        return (wide + 1) * (high + 1)
    if head == b"VP8L":
        bits = int.from_bytes(size[1:5], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    if head != b"VP8 ":
        return 0
    wide, high = int.from_bytes(size[6:8], "little"), int.from_bytes(size[8:10], "little")
    return (wide & 0x3FFF) * (high & 0x3FFF)


def _bytes_of_coefficients(picture: Image.Image) -> int:
    """What the decoder of a progressive JPEG keeps beside the pixels, whatever they are reduced to.

    For every component two bytes a sample.
    """
    if "progressive" not in picture.info:
        return 0
    layers: list[tuple[int, int, int, int]] = getattr(picture, "layer", [])
    most = max((wide * high for _id, wide, high, _table in layers), default=1)
    samples = sum(wide * high for _id, wide, high, _table in layers)
    return 2 * picture.width * picture.height * samples // most


def _bytes_of_pixel(picture: Image.Image) -> int:
    """In the library's memory; whatever has several channels takes four."""
    if picture.mode in {"1", "L", "P"}:
        return 1
    return 2 if picture.mode.startswith("I;16") else 4


def _reduced(picture: Image.Image, by: int) -> Image.Image:
    """RGB pixels on white in a new image, strip by strip: never a second one as large."""
    wide, high = picture.size
    plain = Image.new("RGB", (-(-wide // by), -(-high // by)), "white")
    for top, strip in _strips(picture, by * _STRIP):
        plain.paste(_on_white(strip).reduce(by), (0, top // by))
    return plain


def _strips(picture: Image.Image, rows: int) -> Iterator[tuple[int, Image.Image]]:
    for top in range(0, picture.height, rows):
        yield top, picture.crop((0, top, picture.width, min(top + rows, picture.height)))


def _on_white(strip: Image.Image) -> Image.Image:
    if strip.mode == "RGB" and "transparency" not in strip.info:
        return strip
    layer = strip.convert("RGBA")
    plain = Image.new("RGB", layer.size, "white")
    plain.paste(layer, mask=layer.getchannel("A"))
    return plain


def _orientation(picture: Image.Image) -> int:
    # What stands beside the pixels may be anything; without it the picture is as it is.
    with contextlib.suppress(Exception):
        return int(picture.getexif().get(_ORIENTATION, 1))
    return 1


def _pixels_of(size: tuple[int, int], corners: list[float]) -> tuple[int, int, int, int]:
    """Parts of the whole in pixels, rounded outwards: no line between two covered ones stays."""
    width, height = size
    left, top, right, bottom = corners
    return (
        int(left * width),
        int(top * height),
        -int(-right * width // 1),
        -int(-bottom * height // 1),
    )


def as_jpeg(picture: Image.Image, most_bytes: int = 0) -> bytes:
    """As good as fits into so many bytes; 0: as good as copies are."""
    made = io.BytesIO()
    for quality in (85, 70, 50, 30) if most_bytes else (88,):
        made = io.BytesIO()
        picture.save(made, "JPEG", quality=quality)
        if made.tell() <= most_bytes:
            break
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main())
