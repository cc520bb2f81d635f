"""The order of Vietnamese names: Đ after D, Ê after E, and tones only between equal letters."""

import unicodedata

_LETTERS = {letter: at for at, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
# Level, falling, asking, tumbling, rising, heavy.
_TONES = {mark: at for at, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", start=1)}
_BEFORE_ALL_LETTERS = 0x110000

WordKey = tuple[tuple[int, ...], tuple[int, ...]]


def alphabetical(name: str) -> tuple[WordKey, ...]:
    """What to sort names by: word by word its letters, then its tones."""
    return tuple(map(_word, name.lower().split()))


def _word(word: str) -> WordKey:
    parts = unicodedata.normalize("NFD", word)
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    letters = tuple(_LETTERS.get(c, ord(c) - _BEFORE_ALL_LETTERS) for c in bare)
    return letters, tuple(_TONES[c] for c in parts if c in _TONES)
