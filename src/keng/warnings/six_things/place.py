"""Whether a text says where the danger is or holds, beside where the office is that warns."""

import re
from collections.abc import Iterator
from functools import cache

from keng.language.fold import fold, spelling
from keng.language.indicators.patterns import listed_words
from keng.language.words import TextWord
from keng.places.name_index import NameKey, district_names, name_key, province_names
from keng.places.tables import LAST_OLD_YEAR_TABLE, name_without_kind, table_rows
from keng.warnings.six_things.read_text import PAUSE, ReadText

_MOST_WORDS_OF_OFFICE = 14
_LONGEST_NAME = 3
# "Đường số 6" is named by its number.
_NUMBERED = re.compile(rf"(?:{spelling('số')}|so) (?=\d)")


def says_place(read: ReadText, acts: set[int]) -> bool:
    """Whether it names a place of the map, a whole unit, or where on the net people are met."""
    if any(
        not _is_office_in_short(read, one) for one in read.one_of("whole").finditer(read.stream)
    ):
        return True
    of_offices = _words_of_offices(read)
    ours = (read.word_at(one.start()) for one in read.one_of("unit_of_ours").finditer(read.stream))
    named = (*ours, *_behind_units(read), *_behind_prepositions(read), *_known_places(read))
    return any(at not in of_offices for at in named) or _names_platform(read, acts)


def _is_office_in_short(read: ReadText, whole: re.Match[str]) -> bool:
    """Whether it is "CA huyện", which reads like "cả huyện" where accents are missing."""
    return not read.is_upper and read.written(read.word_at(whole.start())).isupper()


def _names_platform(read: ReadText, acts: set[int]) -> bool:
    """Whether a trick is told to reach people on a platform, not what to do there."""
    return any(
        read.one_of("platform").search(clause.spelled)
        and read.one_of("wrongdoer", "hazard").search(clause.spelled)
        for clause in read.clauses
        if clause.start not in acts
    )


def _words_of_offices(read: ReadText) -> set[int]:
    """The words of offices' names: a place among them says where the office is."""
    found: set[int] = set()
    for one in read.one_of("agency").finditer(read.stream):
        first, end = read.word_at(one.start()), read.word_at(one.end())
        if _is_where_it_happens(read, one):
            continue
        while end < first + _MOST_WORDS_OF_OFFICE and (more := _words_that_go_on(read, end)):
            end += more
        found.update(range(first, end))
    return found


def _is_where_it_happens(read: ReadText, office: re.Match[str]) -> bool:
    """Whether it is told as a place: "trước cổng Trường Tiểu học A"."""
    if not read.first_of("office_as_place").match(read.stream, office.start()):
        return False
    before = read.stream[max(0, office.start() - 30) : office.start()]
    return bool(read.ending_with("happens_at").search(before))


def _words_that_go_on(read: ReadText, at: int) -> int:
    """How many words from here go on with an office's name: its field, what it lies in, a name."""
    if at >= len(read.words):
        return 0
    more = read.first_of("unit", "field_of_office").match(read.stream, read.starts[at])
    if read.marks[at] and not (read.marks[at] == PAUSE and more):
        return 0
    return read.word_at(more.end()) - at if more else int(_may_be_name(read, at))


def _may_be_name(read: ReadText, at: int, *, is_behind_unit: bool = False) -> bool:
    """Whether this word may be the first, or a later one, of a name."""
    word = read.words[at]
    if word.folded[:1].isdigit():
        return len(word.folded) <= 4
    if read.has_capitals:
        barred = ("no_place",) if is_behind_unit else ("no_place", "title")
        return read.written(at)[:1].isupper() and not _is_in(read, word, *barred)
    return not _is_in(read, word, "not_name") or _begins_name_of_tables(read, at)


def _is_in(read: ReadText, word: TextWord, *sections: str) -> bool:
    return bool(read.first_of(*sections).match(f"{word.spelled} "))


def _behind_units(read: ReadText) -> Iterator[int]:
    """Words that name a place behind what it is."""
    for one in read.one_of("unit", "unit_with_accents").finditer(read.stream):
        at = read.word_at((_NUMBERED.match(read.stream, one.end()) or one).end())
        if at >= len(read.words) or read.marks[at]:
            continue
        if not _may_be_name(read, at, is_behind_unit=True):
            continue
        before = read.stream[max(0, one.start() - 12) : one.start()]
        if read.ending_with("not_before_unit").search(before):
            continue
        if read.has_capitals or _is_named_in_small(read, one.start(), at, before):
            yield at


def _is_named_in_small(read: ReadText, start: int, at: int, before: str) -> bool:
    """Whether it is a name, where nothing is told by capitals."""
    if read.words[at].folded[:1].isdigit() or _begins_name_of_tables(read, at):
        return True
    if read.first_of("unit_of_tables").match(read.stream, start):
        return False
    stands_at = read.ending_with("at").search(before)
    return bool(stands_at or read.first_of("unit_of_residents").match(read.stream, start))


def _behind_prepositions(read: ReadText) -> Iterator[int]:
    """Words in capitals behind "tại", "ở"."""
    if not read.has_capitals:
        return
    for one in read.one_of("at").finditer(read.stream):
        at = read.word_at(one.end())
        if at < len(read.words) and not read.marks[at] and _may_be_name(read, at):
            word = read.words[at]
            is_bank = word.folded in listed_words("bank") or word.folded.endswith("bank")
            if not word.folded[:1].isdigit() and not is_bank:
                yield at


def _known_places(read: ReadText) -> Iterator[int]:
    """Names of provinces and districts, of today and of before July 2025."""
    for at in range(len(read.words)):
        for length in range(_LONGEST_NAME, 1, -1):
            if _is_known(read, at, length):
                yield at


def _is_known(read: ReadText, at: int, length: int) -> bool:
    part = read.words[at : at + length]
    if len(part) < length or any(read.marks[at + 1 : at + length]):
        return False
    key = tuple(word.folded for word in part)
    stands_at = read.has_capitals or read.ending_with("at").search(
        read.stream[max(0, read.starts[at] - 12) : read.starts[at]]
    )
    named = province_names().get(key) or (stands_at and district_names().get(key))
    if not named:
        return False
    if read.has_capitals and not all(
        read.written(each)[:1].isupper() for each in range(at, at + length)
    ):
        return False
    names = zip(part, named[1], strict=True)
    return all(word.spelled in {name, fold(name)} for word, name in names)


def names_of_tables_in(read: ReadText) -> Iterator[int]:
    """Words at which a name of our tables begins; with a capital, where names are told by them."""
    for at in range(len(read.words)):
        is_told = not read.has_capitals or read.written(at)[:1].isupper()
        if is_told and _begins_name_of_tables(read, at):
            yield at


def _begins_name_of_tables(read: ReadText, at: int) -> bool:
    """Whether a name of our tables begins here: "lúc" may be one's first word."""
    return any(
        tuple(word.folded for word in read.words[at : at + length]) in _names_of_tables()
        for length in (2, 3)
    )


@cache
def _names_of_tables() -> frozenset[NameKey]:
    today = (row["name"] for row in table_rows("communes.csv"))
    earlier = (name_without_kind(row["full_name"]) for row in table_rows(LAST_OLD_YEAR_TABLE))
    named = (name_key(name) for name in (*today, *earlier))
    return frozenset(key for key in (*named, *district_names(), *province_names()) if len(key) > 1)
