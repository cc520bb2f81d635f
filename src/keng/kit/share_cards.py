"""What pictures to share are drawn with: a frame, words in a bundled font, a code to scan, a PNG.

What draws is loaded with the first card: most processes never draw one.
"""

from collections.abc import Callable
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from keng.kit import icons
from keng.kit.durable_files import replace_file

if TYPE_CHECKING:
    from PIL import ImageFont

WIDTH, HEIGHT = 1200, 630
LEFT, RIGHT = 56, 1144
FONT_FAMILY = "Be Vietnam Pro"
INK, SOFT, BRAND, TINT = "#16222c", "#4b5a66", "#0a5c6b", "#e2eff1"


def stored_card(folder: Path, name: str, draw: Callable[[], str]) -> str:
    """The path of a card below the data folder; drawn unless it lies there already."""
    return stored_file(folder, f"cards/{name}.png", lambda: png_of_svg(draw()))


def stored_file(folder: Path, relative: str, make: Callable[[], bytes]) -> str:
    """The path below the data folder; made unless it lies there already.

    Made before anything is written: what cannot be made leaves no file. Of several that make it at
    once each writes under a name of its own, and nobody is given half a file.
    """
    path = folder / relative
    if not path.is_file():
        replace_file(path, make())
    return relative


def png_of_svg(svg: str) -> bytes:
    """The drawing as PNG."""
    import resvg_py  # noqa: PLC0415 -- only to draw

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            skip_system_fonts=True,
            font_family=FONT_FAMILY,
            font_files=[str(_font("Regular")), str(_font("Bold"))],
        )
    )


def framed_svg(*parts: str) -> str:
    """The whole drawing as SVG."""
    return "".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
                f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FONT_FAMILY}">'
            ),
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<rect width="{WIDTH}" height="14" fill="{BRAND}"/>',
            *parts,
            "</svg>",
        ]
    )


def card_header(issuer: str) -> str:
    """Our mark, our name, and whose card it is."""
    mark = icons.drawing_shapes("mark", ".")
    # What the stylesheet paints in the colour of the paper: the rim and the boss of the gong.
    mark = mark.replace('r="3.2" fill="currentColor" stroke="none"', 'r="3.2" fill="#fff"')
    mark = mark.replace('class="paper"', 'stroke="#fff"')
    drawn = (
        f'<g transform="translate(56 50) scale(1.25)" color="{BRAND}" stroke="{BRAND}" '
        'stroke-width="2.6" fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f"{mark}</g>"
    )
    after = 124 + text_width("Kẻng", 26, bold=True) + 8
    name = text_line(124, 84, 26, "Kẻng", weight=700)
    return drawn + name + text_line(after, 84, 26, f"· {issuer}", fill=SOFT)


def rounded_box(x: float, y: float, wide: float, high: float, *, fill: str, radius: int = 8) -> str:
    """A box with round corners."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="{radius}" '
        f'fill="{fill}"/>'
    )


def qr_corner(address: str) -> str:
    """A link as a code to scan, in the corner: drawn as one path of squares."""
    import segno  # noqa: PLC0415 -- only to draw

    rows = list(segno.make(address, error="m", micro=False).matrix)
    unit = 116 / len(rows)
    squares = "".join(
        f"M{x * unit:.2f} {y * unit:.2f}h{unit:.2f}v{unit:.2f}h-{unit:.2f}z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        '<g transform="translate(1028 482)">'
        f'<path shape-rendering="crispEdges" fill="{INK}" d="{squares}"/></g>'
    )


def text_line(
    x: float, y: float, size: int, words: str, *, weight: int = 400, fill: str = INK
) -> str:
    """A line of words; every word passes through escape."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}">'
        f"{escape(words)}</text>"
    )


def wrapped_lines(words: str, size: int, room: float, *, bold: bool) -> list[str]:
    """Lines that fit, broken between words only."""
    lines: list[str] = []
    for word in words.split():
        if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines or [""]


def text_width(words: str, size: int, *, bold: bool) -> float:
    """How wide they are drawn."""
    return float(_measure("Bold" if bold else "Regular").getlength(words)) * size / 100


@cache
def _measure(weight: str) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415 -- only to draw

    return ImageFont.truetype(str(_font(weight)), 100)


@cache
def _font(weight: str) -> Path:
    folder = resources.files("fontpkg_be_vietnam_pro")
    return Path(str(folder.joinpath("files", f"BeVietnamPro-{weight}.ttf")))
