"""The words of a text with their places, compared with or without accents as it is written."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from keng.language.fold import flatten

_WORD = re.compile(r"[^\W_]+(?:\.[^\W_](?:\.[^\W_])+)?|[^\W_](?:\.[^\W_]){2,}")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_Y_FOR_I = re.compile(r"^([hklmst]|qu)y(?=[\u0300-\u0323]|$)")
# Words of chat that everybody reads as another word.
_SHORT = {
    "ko": "khong", "k": "khong", "kg": "khong", "hok": "khong", "khg": "khong", "dc": "duoc",
    "ng": "nguoi", "mn": "moi nguoi", "vs": "voi", "bjo": "bay gio", "cug": "cung",
}  # fmt: skip


class Word(NamedTuple):
    """A word: folded, in its spelling with accents, and its place in the text."""

    folded: str
    spelled: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """All words; letters with dots between them ("B.H.X.H") are one word."""
    flat = flatten(text)
    found = []
    for match in _WORD.finditer(flat.flat):
        start, end = flat.start(match.start()), flat.end(match.end())
        folded = match.group().replace(".", "")
        found.append(
            Word(folded_key(folded), spelling(text[start:end].replace(".", "")), start, end)
        )
    return found


@lru_cache(maxsize=16384)
def spelling(word: str) -> str:
    """Lower case with the tone at the end: "hòa" and "hoà", "kỹ" and "kĩ" are one spelling."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = "".join(c for c in parts if c in _TONES)
    rest = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    return _Y_FOR_I.sub(r"\1i", rest) + tones


@lru_cache(maxsize=16384)
def folded_key(folded: str) -> str:
    """The folded word under which phrases are looked up."""
    return _Y_FOR_I.sub(r"\1i", _SHORT.get(folded, folded))


def has_accents(words: list[Word]) -> bool:
    """Whether the writer uses accents: then a word with another accent is another word."""
    accented = sum(not word.spelled.isascii() for word in words)
    return (accented * 5 >= len(words) and accented >= 2) or accented * 2 > len(words)
