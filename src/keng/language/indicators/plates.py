"""Vietnamese number plates: cars, motorbikes, diplomatic and army plates."""

import re
from collections.abc import Iterator

from keng.language.fold import FlatText
from keng.language.indicators.indicator import FoundSpan
from keng.language.indicators.patterns import any_listed, listed_words

_PROVINCES = frozenset(
    {11, 12, 13, *range(14, 42), 43, *range(47, 87), 88, 89, 90, 92, 93, 94, 95, 97, 98, 99}
)
_DIGIT = re.compile(r"\d")
# Of a plate of the army; every other one has more.
_FEWEST_DIGITS = 4
_GAP = r"[ .\-_]{0,3}"
_PLATE = re.compile(
    rf"(?<![0-9a-z,/])(?<![0-9][.\-])(?P<province>[1-9]\d)(?P<gap>{_GAP})(?P<series>[a-z]{{1,2}}\d?)"
    rf"(?P<gap2>{_GAP})(?P<number>\d{{3}}[ .\-]?\d{{2}}|\d{{4,5}}|\d{{2}}[.\-]\d{{2}})"
    r"(?![0-9]|[.,\-/]\d|[a-z])"
)
_DIPLOMATIC = re.compile(
    r"(?<![0-9a-z])([1-9]\d)[ .\-]?(\d{3})[ .\-]?(ng|nn|qt|cv)[ .\-]?(\d{2})(?![0-9a-z])"
)
_ARMY = re.compile(
    r"(?<![0-9a-z])([abchkpqtv][a-z])[ \-.]{0,3}(\d{2})[ .\-]?(\d{2})(?![0-9a-z]|[.,]\d)"
)
_SPELLED = re.compile(
    r"(?<![0-9a-z])[1-9][ .\-]{0,3}\d[ .\-]{0,3}[a-z](?:[ .\-]{1,3}[a-z])?"
    r"(?:[ .\-]{1,3}\d){4,6}(?![0-9a-z])"
)

_PLATE_WORD = any_listed("plate")
_SAID_BEFORE = re.compile(
    rf"\b{_PLATE_WORD}(?:\s+(?:xe|so|la|do|quan|doi|xanh|trang|vang|may|o|to|oto|dang))*[\s:.\-=(\"]*$"
)
_VEHICLE_BEFORE = re.compile(rf"\b(?:{_PLATE_WORD}|{any_listed('vehicle')})\b[^0-9\n]{{0,24}}$")
# Two letters that are units or everyday short forms, and letters that no series uses.
_NO_SERIES = listed_words("no_series")
_UNUSED_LETTERS = frozenset("ijoqw")


_ALONE = re.compile(r"([1-9]\d)([ .\-_]{0,3}[a-z]{1,2}\d?[ .\-_]{0,3})(\d{3}[ .\-]?\d{2}|\d{4})")


def read_plate(flat: str) -> str | None:
    """The plate that is the whole of a flat text."""
    match = _ALONE.fullmatch(flat)
    if match is None or int(match[1]) not in _PROVINCES:
        return None
    letters = re.sub(r"[^a-z]", "", match[2])
    return None if _UNUSED_LETTERS & set(letters) else _value(flat)


def find_plates(text: FlatText, flat: str) -> list[FoundSpan]:
    """Plates in `flat`, the flat text with links blanked out."""
    if len(_DIGIT.findall(flat)) < _FEWEST_DIGITS:
        return []
    found = [*_common(text, flat), *_diplomatic(flat), *_said(flat, _ARMY), *_spelled(flat)]
    found.sort()
    return [one for i, one in enumerate(found) if i == 0 or one.start >= found[i - 1].end]


def _common(text: FlatText, flat: str) -> Iterator[FoundSpan]:
    for match in _PLATE.finditer(flat):
        if int(match["province"]) in _PROVINCES and _is_plate(text, flat, match):
            yield FoundSpan(match.start(), match.end(), _value(match.group()))


def _is_plate(text: FlatText, flat: str, match: re.Match[str]) -> bool:
    series, gap, number = match["series"], match["gap2"], match["number"]
    letters = series.rstrip("0123456789")
    said = bool(_VEHICLE_BEFORE.search(flat, max(0, match.start() - 45), match.start()))
    capital = text.written(match.start("series"), match.start("series") + 1).isupper()
    if (
        (letters in _NO_SERIES and not (capital and said))
        or letters[0] in _UNUSED_LETTERS
        or letters[-1] in _UNUSED_LETTERS
    ):
        return False
    if re.fullmatch(r"\d{2}[.\-]\d{2}", number):
        return said and capital
    if re.fullmatch(r"\d{3}[ .\-]\d{2}", number):
        return (
            said
            or " " not in gap + match["gap"] + number
            or (capital and "-" in gap + match["gap"])
        )
    if gap.strip() and " " not in match["gap"] + gap:
        return said or len(number) == 5
    if not gap and not match["gap"]:
        digits = len(number) + len(series) - len(letters)
        return said or (digits >= 5 and (capital or letters not in ("h", "k", "m", "d", "t", "g")))
    return said and (capital or letters not in ("h", "k", "d", "g", "m", "t"))


def _diplomatic(flat: str) -> Iterator[FoundSpan]:
    for match in _DIPLOMATIC.finditer(flat):
        said = _VEHICLE_BEFORE.search(flat, max(0, match.start() - 45), match.start())
        if int(match[1]) in _PROVINCES and (said or "-" in match.group()):
            yield FoundSpan(match.start(), match.end(), _value(match.group()))


def _said(flat: str, pattern: re.Pattern[str]) -> Iterator[FoundSpan]:
    """Forms so common in other uses that the word for a plate must stand right before them."""
    for match in pattern.finditer(flat):
        if _SAID_BEFORE.search(flat, max(0, match.start() - 40), match.start()):
            yield FoundSpan(match.start(), match.end(), _value(match.group()))


def _spelled(flat: str) -> Iterator[FoundSpan]:
    for span in _said(flat, _SPELLED):
        whole = re.fullmatch(r"([1-9]\d)[a-z]{1,2}\d{4,6}", span.value.lower())
        if whole and int(whole[1]) in _PROVINCES:
            yield span


def _value(written: str) -> str:
    return re.sub(r"[^0-9a-z]", "", written).upper()
