"""The blanks of a pattern: a number, a link, a hamlet; what may stand in each, and nothing else."""

import re
from collections.abc import Mapping

from keng.kit.safe_text import defang

# As the author writes them into the words.
BLANK_MARKS = {"number": "[số]", "link": "[liên kết]", "hamlet": "[nơi]"}
# Who sends a pattern fills these alone: they stand where it is told what the others do, and never
# where somebody is told to do something, to call or to open.
_OF_OTHERS = ("number", "link")
_WHERE_THEY_MAY_STAND = ("what", "signs")
_ANY_MARK = re.compile(r"\[[^\]\s][^\]]{0,30}\]")
_NUMBER = re.compile(r"\+?\d[\d .]{2,24}")
# A short path without Vietnamese letters: no sentence fits behind the name of a site.
_LINK = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/:?][a-z0-9_./?=&%#:-]{0,40})?", re.IGNORECASE
)


def blanks_of(texts: Mapping[str, str]) -> list[str]:
    """Which blanks the words have, in a fixed order."""
    return [
        code for code, mark in BLANK_MARKS.items() if any(mark in words for words in texts.values())
    ]


def odd_marks(texts: Mapping[str, str]) -> list[str]:
    """What looks like a blank and is none: nobody could fill it."""
    found = {mark for words in texts.values() for mark in _ANY_MARK.findall(words)}
    return sorted(mark for mark in found if mark not in BLANK_MARKS.values() and "." not in mark)


def misplaced_blanks(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The number and link blanks in parts where none may stand: the part, and the mark."""
    return [
        (field, BLANK_MARKS[code])
        for field, words in texts.items()
        for code in _OF_OTHERS
        if field not in _WHERE_THEY_MAY_STAND and BLANK_MARKS[code] in words
    ]


def values_of_others(texts: Mapping[str, str], values: Mapping[str, str]) -> list[str]:
    """The numbers and links that are filled in, as they are written."""
    return [values[code] for code in blanks_of(texts) if code in _OF_OTHERS]


def fits_blank(code: str, value: str) -> bool:
    """Whether the value is what the blank is for. Free text has no place in an approved pattern."""
    if code == "number":
        return _NUMBER.fullmatch(value) is not None
    if code == "link":
        return len(value) <= 120 and _LINK.fullmatch(value) is not None
    return bool(value)


def fill_blanks(texts: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The words with their blanks filled; a link so that nobody can tap it."""
    found = {}
    for field, words in texts.items():
        for code, value in values.items():
            # One blank after the other.
            words = words.replace(BLANK_MARKS[code], defang(value) if code == "link" else value)  # noqa: PLW2901
        found[field] = words
    return found
