"""The share card, 1200 × 630: drawn by us as SVG, set in a bundled font, written as PNG once.

What draws is loaded with the first card: most processes never draw one.
"""

import os
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit import icons
from keng.warnings import labels
from keng.warnings.models import Version
from keng.warnings.models import Warning as PublicWarning
from keng.warnings.wording import date_words, url_of

if TYPE_CHECKING:
    from PIL import ImageFont

WIDTH, HEIGHT = 1200, 630
FAMILY = "Be Vietnam Pro"
_INK, _SOFT, _BRAND, _TINT = "#16222c", "#4b5a66", "#0a5c6b", "#e2eff1"
_DANGER, _DANGER_TINT = "#a32419", "#fdecea"
_LEFT, _RIGHT, _TEXT = 56, 1144, 268
_TITLE_SIZES = (62, 54, 46, 40)
_ONE_LINE_SIZES = (62, 58, 54)
_ROW_SIZES = (31, 28, 25, 22, 20)
_ROWS_END = 488


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card. It depends on nothing that can change after publishing."""

    code: str
    issuer: str
    title: str
    what: str
    signs: str
    act: str
    call: str
    valid_until: str
    is_urgent: bool
    category: str = ""
    language: str = "vi"


def card_of(version: Version, code: str, language: str = "vi") -> Card:
    """The card of a version in a language that it has, else the Vietnamese one."""
    language = language if language in version.texts else "vi"
    words = version.texts[language]
    return Card(
        code,
        version.warning.unit.name,
        words["title"],
        words["what"],
        words["signs"],
        words["act"],
        words["call"],
        date_words(version.valid_until) if version.valid_until else "",
        version.severity == PublicWarning.Severity.URGENT,
        version.category,
        language,
    )


def stored(card: Card) -> str:
    """The card's path below the data folder; drawn unless it lies there already.

    Written under another name, synced and renamed: a row never points at half a picture.
    """
    name = card.code if card.language == "vi" else f"{card.code}.{card.language}"
    relative = f"cards/{name}.png"
    path = Path(settings.DATA_FOLDER) / relative
    if path.is_file():
        return relative
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.new")
    with draft.open("wb") as file:
        file.write(drawn(card))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return relative


def drawn(card: Card) -> bytes:
    """The card as PNG."""
    import resvg_py  # noqa: PLC0415 -- only to draw

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(card),
            skip_system_fonts=True,
            font_family=FAMILY,
            font_files=[str(_font("Regular")), str(_font("Bold"))],
        )
    )


def svg(card: Card) -> str:
    """The card as SVG; every word of a warning passes through escape."""
    with translation.override(card.language):
        return "".join(
            [
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
                    f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FAMILY}">'
                ),
                f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
                f'<rect width="{WIDTH}" height="14" fill="{_BRAND}"/>',
                _head(card),
                _body(card),
                _foot(card),
                _qr(card),
                "</svg>",
            ]
        )


def _head(card: Card) -> str:
    mark = icons.shapes("mark", ".")
    # What the stylesheet paints in the colour of the paper: the rim and the boss of the gong.
    mark = mark.replace('r="3.2" fill="currentColor" stroke="none"', 'r="3.2" fill="#fff"')
    mark = mark.replace('class="w"', 'stroke="#fff"')
    parts = [
        (
            f'<g transform="translate(56 50) scale(1.25)" color="{_BRAND}" stroke="{_BRAND}" '
            'stroke-width="2.6" fill="none" stroke-linecap="round" stroke-linejoin="round">'
            f"{mark}</g>"
        ),
        _text(124, 84, 26, "Kẻng", weight=700),
        _text(124 + _width("Kẻng", 26, bold=True) + 8, 84, 26, f"· {card.issuer}", fill=_SOFT),
    ]
    if card.is_urgent:
        word = _("Urgent warning")
        width = _width(word, 26, bold=True) + 40
        parts += [
            (
                f'<rect x="{_RIGHT - width:.0f}" y="50" width="{width:.0f}" height="48" rx="4" '
                f'fill="{_DANGER_TINT}"/>'
            ),
            _text(_RIGHT - width + 20, 83, 26, word, weight=700, fill=_DANGER),
        ]
    return "".join(parts)


def _body(card: Card) -> str:
    size, lines = _title(card.title)
    parts, y = [], 106.0
    for line in lines:
        y += size * 1.18
        parts.append(_text(_LEFT, y, size, line, weight=700))
    parts.append(_rows(card, y + 28))
    return "".join(parts)


def _title(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title fits, one line if it can be, two otherwise."""
    for most in (1, 2):
        for size in _TITLE_SIZES if most == 2 else _ONE_LINE_SIZES:
            lines = _wrapped(title, size, _RIGHT - _LEFT, bold=True)
            if len(lines) <= most:
                return size, lines
    return _TITLE_SIZES[-1], lines[:3]


def _rows(card: Card, top: float) -> str:
    """What they do, how to notice it, what to do, whom to call: the third must be remembered.

    Signs too long for the room that the others leave stay on the page and in the message.
    """
    first, notice = (
        (labels.what_on_card(card.category), card.what, False),
        (_("You notice"), card.signs, False),
    )
    rest = [(_("You do"), card.act, True), (_("Call"), card.call, False)]
    for rows in ([first, notice, *rest], [first, *rest]):
        for size in _ROW_SIZES:
            laid = [
                (label, _lines(text, size, bold=bold), bold) for label, text, bold in rows if text
            ]
            height = sum(len(lines) for _label, lines, _bold in laid) * size * 1.3 + 40
            if top + height <= _ROWS_END:
                return _drawn_rows(laid, size, top)
    return _drawn_rows(laid, size, top)


def _lines(text: str, size: int, *, bold: bool) -> list[str]:
    return [
        line
        for part in text.splitlines()
        for line in _wrapped(part, size, _RIGHT - _TEXT - 12, bold=bold)
    ]


def _drawn_rows(laid: list[tuple[str, list[str], bool]], size: int, top: float) -> str:
    parts, y = [], top
    for label, lines, is_act in laid:
        block = len(lines) * size * 1.3
        if is_act:
            parts.append(
                f'<rect x="36" y="{y + 6:.1f}" width="1128" height="{block + 18:.1f}" rx="8" '
                f'fill="{_TINT}"/>'
            )
            y += 10
        parts.append(_text(_LEFT, y + size * 1.05, size, label, weight=700, fill=_BRAND))
        for number, line in enumerate(lines):
            weight = 700 if is_act else 400
            parts.append(_text(_TEXT, y + size * (1.05 + 1.3 * number), size, line, weight=weight))
        y += block + (18 if is_act else 4)
    return "".join(parts)


def _foot(card: Card) -> str:
    host = settings.PUBLIC_URL.partition("://")[2]
    lines = [
        (_("Is it real? %s") % url_of(card.code).partition("://")[2], True),
        # In the picture itself, so that nobody who passes it on can leave it out.
        (_("To tell the police privately, without a name: %s") % host, False),
    ]
    if card.valid_until:
        lines.append((_("Valid until %s") % card.valid_until, False))
    first = 590 - 34 * (len(lines) - 1)
    return "".join(
        _text(
            _LEFT,
            first + 34 * n,
            24,
            words,
            weight=700 if bold else 400,
            fill=_INK if bold else _SOFT,
        )
        for n, (words, bold) in enumerate(lines)
    )


def _qr(card: Card) -> str:
    """The verify link as a code to scan: drawn as one path of squares."""
    import segno  # noqa: PLC0415 -- only to draw

    rows = list(segno.make(url_of(card.code), error="m", micro=False).matrix)
    unit = 116 / len(rows)
    squares = "".join(
        f"M{x * unit:.2f} {y * unit:.2f}h{unit:.2f}v{unit:.2f}h-{unit:.2f}z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        '<g transform="translate(1028 482)">'
        f'<path shape-rendering="crispEdges" fill="{_INK}" d="{squares}"/></g>'
    )


def _text(x: float, y: float, size: int, words: str, *, weight: int = 400, fill: str = _INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}">'
        f"{escape(words)}</text>"
    )


def _wrapped(text: str, size: int, width: float, *, bold: bool) -> list[str]:
    """Lines that fit, broken between words only."""
    lines: list[str] = []
    for word in text.split():
        if lines and _width(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines or [""]


def _width(words: str, size: int, *, bold: bool) -> float:
    return float(_measure("Bold" if bold else "Regular").getlength(words)) * size / 100


@cache
def _measure(weight: str) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415 -- only to draw

    return ImageFont.truetype(str(_font(weight)), 100)


@cache
def _font(weight: str) -> Path:
    folder = resources.files("fontpkg_be_vietnam_pro")
    return Path(str(folder.joinpath("files", f"BeVietnamPro-{weight}.ttf")))
