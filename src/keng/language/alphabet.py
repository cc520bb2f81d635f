"""The order of Vietnamese names: Đ after D, Ê after E, and tones only between equal letters.

`kit.sql_names` says the same to the database.
"""

import re
import unicodedata
from functools import lru_cache

_LETTERS = {letter: at for at, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
# Level, falling, asking, tumbling, rising, heavy.
_TONES = {mark: at for at, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", start=1)}
_BEFORE_ALL_LETTERS = 0x110000

_NUMBER = re.compile(r"[0-9]+")
_DIGITS_OF_A_NUMBER = 8

WordKey = tuple[tuple[int, ...], tuple[int, ...]]
NameKey = tuple[WordKey, ...]


def alphabetical(name: str) -> NameKey:
    """What to sort names by: word by word its letters, then its tones; Thôn 2 before Thôn 10."""
    counted = _NUMBER.sub(lambda run: run[0].zfill(_DIGITS_OF_A_NUMBER), name.lower())
    return tuple(map(_word, counted.split()))


def given_name_first(name: str) -> tuple[NameKey, NameKey]:
    """What to sort people by: the given name, which stands last, then the whole name."""
    whole = alphabetical(name)
    return whole[-1:], whole


# Names are made of few words: a table of communes is sorted again and again.
@lru_cache(maxsize=4096)
def _word(word: str) -> WordKey:
    parts = unicodedata.normalize("NFD", word)
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    letters = tuple(_LETTERS.get(c, ord(c) - _BEFORE_ALL_LETTERS) for c in bare)
    return letters, tuple(_TONES[c] for c in parts if c in _TONES)
