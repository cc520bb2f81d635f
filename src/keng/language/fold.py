"""Vietnamese text made comparable: composed, folded, and folded with its positions."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from keng.kit.visible import INVISIBLE, visible_text

_INVISIBLE_RUN = re.compile(f"[{INVISIBLE}]")
_PICTURE_MARKS = re.compile("[\ufe00-\ufe0f\u20e3]")
_CACHED_BELOW = 0x3000
TONES = "\u0300\u0301\u0303\u0309\u0323"
Y_FOR_I = re.compile(r"^([hklmst]|qu)y(?=[\u0300-\u0323]|$)")


def normalise(text: str) -> str:
    """Composed characters, invisible ones dropped: what is stored and shown."""
    return unicodedata.normalize("NFC", visible_text(unicodedata.normalize("NFC", text)))


def as_read(text: str) -> str:
    """The words as everybody reads them, whatever stands unseen in them.

    For reading alone: what is marked or covered has its places in the text as it was written.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _INVISIBLE_RUN.sub("", text))


def fold(text: str) -> str:
    """Lower case without marks ("Đường" -> "duong"): what is compared, on both sides."""
    return text.translate(_FOLDED)


@lru_cache(maxsize=4)
def folded_message(text: str) -> str:
    """The same of a whole message: asked several times of each that comes in, and folded once."""
    return fold(text)


@lru_cache(maxsize=16384)
def spelling(word: str) -> str:
    """Lower case with the tone at the end: "hòa" and "hoà", "kỹ" and "kĩ" are one spelling."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = "".join(c for c in parts if c in TONES)
    rest = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))
    return Y_FOR_I.sub(r"\1i", rest) + tones


@dataclass(frozen=True, slots=True)
class FlatText:
    """A text beside its flat copy, where each character has one place of the original."""

    original: str
    flat: str
    positions: tuple[int, ...] | None = None

    @property
    def as_given(self) -> str:
        """The text that the places are places of."""
        return self.original

    def start(self, at: int) -> int:
        """Where in the original the flat character at this place stands."""
        return at if self.positions is None else self.positions[at]

    def end(self, at: int) -> int:
        """Where in the original a span that ends before this flat place ends."""
        return at if self.positions is None else self.positions[at - 1] + 1

    def written(self, start: int, end: int) -> str:
        """The original characters of a flat span."""
        return self.original[self.start(start) : self.end(end)] if end > start else ""


def flatten(text: str) -> FlatText:
    """Fold one for one, with plain spaces, dashes and digits; the invisible leaves no trace."""
    flat = text.translate(_FLAT)
    if len(flat) == len(text):
        return FlatText(text, flat)
    kept = tuple(i for i, character in enumerate(text) if _FLAT[ord(character)])
    return FlatText(text, flat, kept)


def _folded_character(character: str) -> str:
    """One character without marks, in lower case; nothing for a mark or the invisible."""
    if _INVISIBLE_RUN.match(character):
        return ""
    before = ""
    while character != before:
        before = character
        parts = unicodedata.normalize("NFD", character.lower())
        character = "".join(part for part in parts if not unicodedata.combining(part)).replace(
            "đ", "d"
        )
    return character


def _flat_character(character: str) -> str:
    """At most one character: look-alike digits, letters, dashes, spaces become plain ones."""
    if _PICTURE_MARKS.match(character):
        return ""
    if unicodedata.category(character) == "Pd":
        return "-"
    if character != "\n" and character.isspace():
        return " "
    compatible = unicodedata.normalize("NFKC", character)
    for candidate in (
        _folded_character(compatible) if len(compatible) == 1 else "",
        _folded_character(character),
    ):
        if len(candidate) == 1:
            return candidate
    return "" if not _folded_character(character) else character


class _Table(dict[int, str]):
    """A translation table that fills itself; rare characters are not kept, so it stays small."""

    def __init__(self, of_character: Callable[[str], str]) -> None:
        super().__init__()
        self._of_character = of_character

    def __missing__(self, code: int) -> str:
        result = self._of_character(chr(code))
        if code < _CACHED_BELOW:
            self[code] = result
        return result


_FOLDED = _Table(_folded_character)
_FLAT = _Table(_flat_character)
