"""Streets, schools and squares that are called after people: no name of somebody in the text."""

import re
from collections.abc import Iterator
from functools import cache

from keng.language.fold import flatten, normalise
from keng.places import name_index

_LIST = "street_names.txt"
# What bears such a name, or says that a place follows; "số 12" and "ngõ 5" too.
_BEFORE = (
    "duong|pho|ngo|ngach|hem|kiet|dai lo|tuyen|doan|giao|cat|qua|tren|o|tai|truoc|so|"
    "truong|tieu hoc|thcs|thpt|mam non|cap [123]|nga [345]|nga (?:ba|tu|nam)|vong xuyen|"
    "cau vuot|cau|cong vien|vuon hoa|quang truong|tuong dai|san van dong|rap|thu vien|cho|"
    "cay xang|benh vien|khu do thi|khu dan cu|toa nha|ben xe|tram"
)
_MAY_BE_Y = re.compile(r"(?<!\w)([hklmst]|qu)i(?!\w)")
_NUMBER = r"(?:\s\d{1,4}[a-z]?(?:/\d{1,4})?)?"


def names_of_streets_in(text: str) -> list[tuple[int, int]]:
    """Where names stand that many streets bear, behind a word for a street or a place."""
    flat = flatten(normalise(text))
    return [
        (flat.start(found.start(1)), flat.end(found.end(1)))
        for found in streets_pattern().finditer(flat.flat)
    ]


def without_streets(names: list[str], text: str) -> list[str]:
    """Those of the names that somewhere in the text stand for no street."""
    text = normalise(text)
    streets = names_of_streets_in(text)
    return [name for name in names if not _is_street(name, text, streets)]


def _is_street(name: str, text: str, streets: list[tuple[int, int]]) -> bool:
    spots = list(_spots_of(name, text))
    return bool(spots) and all(
        any(start < spot + len(name) and spot < end for start, end in streets) for spot in spots
    )


def _spots_of(name: str, text: str) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


@cache
def streets_pattern() -> re.Pattern[str]:
    """A word for a street or a place, and the names that follow it."""
    listed = sorted(
        (" ".join(key) for key in name_index.listed_names(_LIST)), key=len, reverse=True
    )
    # A name is listed with "i" where others write "y" ("Lý").
    names = _MAY_BE_Y.sub(r"\1[iy]", "|".join(listed))
    one = f"(?:{names})(?!\\w)"
    # "ngã tư Trần Hưng Đạo - Ngô Gia Tự": what is joined to a street is one.
    joined = rf"(?:\s?(?:,|-|va|giao|cat)?\s?{one}){{0,2}}"
    return re.compile(rf"(?<!\w)(?:{_BEFORE}){_NUMBER},?\s({one}{joined})")
