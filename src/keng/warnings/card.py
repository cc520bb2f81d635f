"""The share card, 1200 × 630: drawn by us as SVG, set in a bundled font, written as PNG once.

What draws is loaded with the first card: most processes never draw one.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit import share_cards
from keng.kit.share_cards import (
    BRAND,
    INK,
    LEFT,
    RIGHT,
    SOFT,
    TINT,
    card_header,
    framed_svg,
    qr_corner,
    rounded_box,
    text_line,
    text_width,
    wrapped_lines,
)
from keng.warnings import part_names
from keng.warnings.content import CONSEQUENCE, choice_of
from keng.warnings.models import Version
from keng.warnings.models import Warning as PublicWarning
from keng.warnings.outgoing_text import (
    MOST_PLACES,
    date_words,
    names_of_places,
    places_in_words,
    warning_url,
)

_DANGER, _DANGER_TINT = "#a32419", "#fdecea"
_TEXT = 268
_TITLE_SIZES = (62, 54, 46, 40)
_ONE_LINE_SIZES = (62, 58, 54)
_ROW_SIZES = (31, 28, 25, 22, 20)
_ROWS_END = 488
# The code in the corner stands to the right of the last lines.
_FOOT_SIZE, _FOOT_WIDTH = 24, 900


@dataclass(frozen=True, slots=True)
class ShareCard:
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
    places: tuple[str, ...] = ()


def card_of(version: Version, code: str, language: str = "vi") -> ShareCard:
    """The card of a version in a language that it has, else the Vietnamese one."""
    language = language if language in version.texts else "vi"
    words = version.texts[language]
    return ShareCard(
        code,
        version.warning.unit.name,
        words["title"],
        " ".join(filter(None, (words["what"], words.get(CONSEQUENCE)))),
        words["signs"],
        words["act"],
        words["call"],
        date_words(version.valid_until) if version.valid_until else "",
        version.severity == PublicWarning.Severity.URGENT,
        version.category,
        language,
        names_of_places(choice_of(version)),
    )


def stored_card(card: ShareCard) -> str:
    """The card's path below the data folder; drawn unless it lies there already."""
    name = card.code if card.language == "vi" else f"{card.code}.{card.language}"
    return share_cards.stored_card(Path(settings.DATA_FOLDER), name, lambda: card_as_svg(card))


def card_as_svg(card: ShareCard) -> str:
    """The card as SVG; every word of a warning passes through escape."""
    with translation.override(card.language):
        return framed_svg(_head(card), _body(card), _foot(card), qr_corner(warning_url(card.code)))


def _head(card: ShareCard) -> str:
    parts = [card_header(card.issuer)]
    if card.is_urgent:
        word = _("Urgent warning")
        wide = text_width(word, 26, bold=True) + 40
        parts += [
            rounded_box(RIGHT - wide, 50, wide, 48, fill=_DANGER_TINT, radius=4),
            text_line(RIGHT - wide + 20, 83, 26, word, weight=700, fill=_DANGER),
        ]
    return "".join(parts)


def _body(card: ShareCard) -> str:
    size, lines = _title(card.title)
    parts, y = [], 106.0
    for line in lines:
        y += size * 1.18
        parts.append(text_line(LEFT, y, size, line, weight=700))
    parts.append(_rows(card, y + 28))
    return "".join(parts)


def _title(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title fits, one line if it can be, two otherwise."""
    for most in (1, 2):
        for size in _TITLE_SIZES if most == 2 else _ONE_LINE_SIZES:
            lines = wrapped_lines(title, size, RIGHT - LEFT, bold=True)
            if len(lines) <= most:
                return size, lines
    return _TITLE_SIZES[-1], lines[:3]


def _rows(card: ShareCard, top: float) -> str:
    """What they do, how to notice it, what to do, whom to call: the third must be remembered.

    Signs too long for the room that the others leave stay on the page and in the message.
    """
    first, notice = (
        (part_names.what_on_card(card.category), card.what, False),
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
        for line in wrapped_lines(part, size, RIGHT - _TEXT - 12, bold=bold)
    ]


def _drawn_rows(laid: list[tuple[str, list[str], bool]], size: int, top: float) -> str:
    parts, y = [], top
    for label, lines, is_act in laid:
        block = len(lines) * size * 1.3
        if is_act:
            parts.append(
                f'<rect x="36" y="{y + 6:.1f}" width="1128" height="{block + 18:.1f}" rx="8" '
                f'fill="{TINT}"/>'
            )
            y += 10
        parts.append(text_line(LEFT, y + size * 1.05, size, label, weight=700, fill=BRAND))
        for number, line in enumerate(lines):
            weight = 700 if is_act else 400
            parts.append(
                text_line(_TEXT, y + size * (1.05 + 1.3 * number), size, line, weight=weight)
            )
        y += block + (18 if is_act else 4)
    return "".join(parts)


def _foot(card: ShareCard) -> str:
    host = settings.PUBLIC_URL.partition("://")[2]
    lines = [
        (_("Is it real? %s") % warning_url(card.code).partition("://")[2], True),
        # In the picture itself, so that nobody who passes it on can leave it out.
        (_("To tell the police privately, without a name: %s") % host, False),
    ]
    holds = [_("Valid until %s") % card.valid_until] if card.valid_until else []
    if found := _places_beside(card, holds):
        holds.append(found)
    if holds:
        lines.append((" · ".join(holds), False))
    first = 590 - 34 * (len(lines) - 1)
    return "".join(
        text_line(
            LEFT,
            first + 34 * n,
            _FOOT_SIZE,
            words,
            weight=700 if bold else 400,
            fill=INK if bold else SOFT,
        )
        for n, (words, bold) in enumerate(lines)
    )


def _places_beside(card: ShareCard, holds: list[str]) -> str:
    """As many of its places as stand beside these words in one line; none where it has no room."""
    for count in range(min(len(card.places), MOST_PLACES), 0, -1):
        words = places_in_words(card.places, most=count)
        if text_width(" · ".join([*holds, words]), _FOOT_SIZE, bold=False) <= _FOOT_WIDTH:
            return words
    return ""
