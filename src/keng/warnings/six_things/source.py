"""Whether a text says who warns: an office that can be asked, not one that a swindler plays."""

import re
from functools import cache

from keng.warnings.six_things.read_text import (
    ASIDE,
    COLON,
    END,
    PAUSE,
    ReadText,
    any_listed_phrase,
)

_MARKS = ("", END, COLON, ASIDE, PAUSE)
# How far around an office's name is read.
_BEFORE, _AFTER = 80, 160
_MOST_WORDS_OF_NAME, _MOST_WORDS_OF_SIGNATURE = 12, 16
_WORDS_AFTER_PRETENCE = 6
# Behind "Công an xã:" it is whom to call.
_TELEPHONE = re.compile(r"(?:0\d|1[189]\d|\d{4})")
_EMERGENCY_NUMBER = re.compile(r"(?<!\S)(?<!\d )11[1-5] ")


def says_source(read: ReadText) -> bool:
    """Whether some office named in it is who warns."""
    return any(
        _warns(read, one.start(), one.end())
        for one in read.one_of("agency", "agency_of_residents").finditer(read.stream)
    )


def _warns(read: ReadText, start: int, end: int) -> bool:
    before = read.stream[max(0, start - _BEFORE) : start].rpartition(". ")[2]
    after = read.stream[end : end + _AFTER]
    if read.one_of("hearsay").search(before) or _is_feigned(read, before):
        return False
    if read.ending_with("source_before").search(before):
        return not read.one_of("follows").search(before)
    if read.ending_with("contact").search(before):
        return False
    warns = bool(_verb_of_warning(is_bare=read.is_bare).match(after))
    if not read.first_of("agency").match(read.stream, start):
        return warns and before[-2:-1] in _MARKS
    return warns or _heads_or_signs(read, before, read.stream[start:end], after)


def _is_feigned(read: ReadText, before: str) -> bool:
    """Whether somebody plays that office, said a few words before it."""
    near = "".join(f"{word} " for word in before.split()[-_WORDS_AFTER_PRETENCE:])
    return bool(read.one_of("pretence").search(near))


def _heads_or_signs(read: ReadText, before: str, name: str, after: str) -> bool:
    """Whether it stands as in "Công an xã A: …", or by itself at the end."""
    stands_first = not before or bool(read.first_of("before_heading").fullmatch(before))
    rest, colon, beyond = after.partition(": ")
    words = rest.split()
    if stands_first and colon and len(words) <= _MOST_WORDS_OF_NAME and "." not in words:
        return not _TELEPHONE.match(beyond) and not read.one_of("not_of_a_name").search(rest)
    signature = after.partition(". ")[0]
    signed = signature.split()
    is_named = bool(signed) or len(name.split()) > 2
    if not is_named or not (stands_first or before.endswith("( ")):
        return False
    if len(signed) > _MOST_WORDS_OF_SIGNATURE or _EMERGENCY_NUMBER.search(signature):
        return False
    return not read.one_of("not_of_a_name").search(signature)


@cache
def _verb_of_warning(*, is_bare: bool) -> re.Pattern[str]:
    # A name may be followed by what it lies in: "Công an xã A, tỉnh B cảnh báo".
    ends_name = any_listed_phrase("ends_name", is_bare=is_bare)
    warns = any_listed_phrase("warns", is_bare=is_bare)
    return re.compile(rf"(?:(?!{ends_name})[^.:(\s]{{1,40}} ){{0,{_MOST_WORDS_OF_NAME}}}?{warns}")
