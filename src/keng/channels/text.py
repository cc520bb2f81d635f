"""Text on its way in or out: cleaned, cut into parts."""

import re
import unicodedata

from keng.kit.visible import visible_text

_MANY_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){3,}")


def clean_text(text: str) -> str:
    """NFC, nothing unseen, LF line ends, at most two blank lines in a row, trimmed."""
    text = visible_text(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "\n\n" in text or "\n " in text or "\n\t" in text:
        text = _MANY_BLANK_LINES.sub("\n\n\n", text)
    return text.strip()


def one_line(text: str, limit: int) -> str:
    """For headers and file names: no line breaks, at most `limit` characters."""
    return " ".join(clean_text(text).split())[:limit].rstrip()


def split_text(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` characters, numbered (1/3), cut at a paragraph, a sentence, a space.

    A text that fits is one part without a number.
    """
    if len(text) <= limit:
        return [text]
    digits = 1
    while True:  # the numbers take room themselves, and more of them may need more digits
        room = limit - len("(/) ") - 2 * digits
        if room < 1:
            raise ValueError("limit leaves no room for text")
        parts = _cut(text, room)
        if len(str(len(parts))) <= digits:
            return [f"({n}/{len(parts)}) {part}" for n, part in enumerate(parts, 1)]
        digits += 1


def _cut(text: str, room: int) -> list[str]:
    parts = []
    rest = text.strip()
    while len(rest) > room:
        at = _break_before(rest, room)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*parts, rest] if rest else parts


_SENTENCE_END = re.compile(r"[.!?…:;][\"'”)]*\s")


def _break_before(text: str, room: int) -> int:
    """Where to cut: the best kind of place in the last two thirds of what fits."""
    least = room // 3
    window = text[: room + 1]
    for mark in ("\n\n", "\n"):
        at = window.rfind(mark)
        if at > least:
            return at
    ends = [m.end() for m in _SENTENCE_END.finditer(window) if m.end() <= room + 1]
    if ends and ends[-1] > least:
        return ends[-1] - 1
    at = window.rfind(" ")
    if at > least:
        return at
    return _whole_character(text, room)


def _whole_character(text: str, at: int) -> int:
    """Never between a letter and its marks, nor inside a joined emoji."""
    cut = at
    while cut > 1 and (
        unicodedata.combining(text[cut]) or text[cut] in "\u200d\ufe0f" or text[cut - 1] == "\u200d"
    ):
        cut -= 1
    return cut if cut > 1 else at
