"""The picture of a check for a group: the question, the verdict, the answer, where to read more."""

from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.claims.models import Revision
from keng.claims.sentences import VERDICT_TONES, check_url
from keng.kit import share_cards
from keng.kit.share_cards import (
    INK,
    LEFT,
    RIGHT,
    SOFT,
    card_header,
    framed_svg,
    qr_corner,
    rounded_box,
    text_line,
    wrapped_lines,
)
from keng.kit.time_words import moment_words

# As the stylesheet of the public pages has them.
_COLOURS = {
    "danger": ("#a32419", "#fdecea"),
    "warn": ("#7a4a00", "#fff3d9"),
    "ok": ("#1b6637", "#e6f4ea"),
    "none": ("#16222c", "#f3f6f7"),
}
_TITLE_SIZES = (56, 50, 44, 38)
_ANSWER_SIZES = (32, 29, 26, 23, 20)
_BOX_ENDS = 478


def stored_card(revision: Revision, language: str) -> str:
    """Its path below the data folder; a correction has a picture of its own."""
    language = language if language in revision.texts else "vi"
    name = f"claim-{revision.claim.number}-{revision.number}.{language}"
    return share_cards.stored_card(
        Path(settings.DATA_FOLDER), name, lambda: card_svg(revision, language)
    )


def card_svg(revision: Revision, language: str) -> str:
    """The picture as SVG. The rumour itself is not on it: pictures are cut, and passed on so."""
    with translation.override(language):
        words = revision.texts[language]
        parts, y = [card_header(revision.claim.owner)], 112.0
        size, lines = _fitted_title(words["question"], _TITLE_SIZES, 2)
        for line in lines:
            y += size * 1.2
            parts.append(text_line(LEFT, y, size, line, weight=700))
        parts += [_verdict_box(revision, words["answer"], y + 30), _card_foot(revision)]
        return framed_svg(*parts, qr_corner(check_url(revision.claim.number)))


def _verdict_box(revision: Revision, answer: str, top: float) -> str:
    colour, tint = _COLOURS[VERDICT_TONES[revision.verdict]]
    room = _BOX_ENDS - top - 84
    for size in _ANSWER_SIZES:
        lines = wrapped_lines(answer, size, RIGHT - LEFT - 40, bold=False)
        if len(lines) * size * 1.35 <= room:
            break
    high = 84 + len(lines) * size * 1.35
    parts = [
        rounded_box(LEFT - 20, top, RIGHT - LEFT + 40, high, fill=tint),
        text_line(LEFT, top + 50, 38, str(revision.get_verdict_display()), weight=700, fill=colour),
    ]
    for number, line in enumerate(lines):
        parts.append(text_line(LEFT, top + 66 + size * (1.05 + 1.35 * number), size, line))
    return "".join(parts)


def _fitted_title(words: str, sizes: tuple[int, ...], most: int) -> tuple[int, list[str]]:
    for size in sizes:
        lines = wrapped_lines(words, size, RIGHT - LEFT, bold=True)
        if len(lines) <= most:
            break
    return size, lines[: most + 1]


def _card_foot(revision: Revision) -> str:
    on = moment_words(revision.released_at or revision.made_at, "date")
    evidence = _("Evidence: %s") % check_url(revision.claim.number).partition("://")[2]
    return "".join(
        [
            text_line(LEFT, 556, 24, evidence, weight=700, fill=INK),
            text_line(LEFT, 590, 24, _("Checked on %s") % on, fill=SOFT),
        ]
    )
