"""Whether a text says when: an hour, a day, a date, a feast. "Gần đây" is no time."""

import bisect
import re

from keng.language.fold import FlatText, flatten
from keng.warnings.six_things.read_text import ReadText

_NEAR = 24
# In the stream of words marks and tones are characters of their own.
_NEAR_SPELLED = 60
_CLOCK = re.compile(
    r"(?<![\d/.,:])(?:[01]?\d|2[0-4])\s?(?:h\s?[0-5]\d|g\s?[0-5]\d|:[0-5]\d|h|gio)(?![\w/])"
    r"(?!\s?(?:dong ho|lien|moi|mot|-?\s?/))"
)
# How long something takes is no time of the day.
_DURATION_BEFORE = re.compile(r"(?:trong|vong|suot|moi|cu|hon|duoi|them|cach|tung|du|it nhat)\s$")
_FROM_NOW = re.compile(r"\s(?:dong ho )?(?:toi|nua|qua|truoc|vua qua)\b")
_DATE = re.compile(
    r"(?<![\d/.,-])(?:0?[1-9]|[12]\d|3[01])\s?(?:/\s?(?:0?[1-9]|1[0-2])(?:\s?/\s?(?:20)?\d\d)?"
    r"|[.-](?:0?[1-9]|1[0-2])[.-](?:20)?\d\d)(?![\d/%])"
)
_NO_DATES = frozenset(("24/7", "1/2", "1/3", "2/3", "1/4", "3/4", "1/5"))
_DAY_BEFORE = re.compile(r"(?:ngay|hom|tu|den|het|sang|trua|chieu|toi|dem|le|dip|truoc|mung|va)\s$")


def says_time(read: ReadText) -> bool:
    """Whether it says when something happened, begins, ends or holds."""
    text = flatten(read.text)
    return (
        any(_is_clock(text.flat, one) for one in _CLOCK.finditer(text.flat))
        or any(_is_date(read, text, one) for one in _DATE.finditer(text.flat))
        or any(_is_period(read, one) for one in read.one_of("time").finditer(read.stream))
    )


def _is_period(read: ReadText, one: re.Match[str]) -> bool:
    before = read.stream[max(0, one.start() - _NEAR_SPELLED) : one.start()]
    return not read.ending_with("vague_count", "not_before_time").search(before)


def _is_clock(flat: str, one: re.Match[str]) -> bool:
    is_whole = one.group().endswith(("h", "gio"))
    if is_whole and _DURATION_BEFORE.search(flat, max(0, one.start() - _NEAR), one.start()):
        return bool(_FROM_NOW.match(flat, one.end()))
    return True


def _is_date(read: ReadText, text: FlatText, one: re.Match[str]) -> bool:
    begins = text.start(one.start())
    at = bisect.bisect_left(read.words, begins, key=lambda word: word.start)
    end = read.starts[at] if at < len(read.words) else len(read.stream)
    if read.ending_with("not_before_time").search(read.stream, max(0, end - _NEAR_SPELLED), end):
        return False
    if one.group().replace(" ", "") not in _NO_DATES:
        return True
    return bool(_DAY_BEFORE.search(text.flat, max(0, one.start() - _NEAR), one.start()))
