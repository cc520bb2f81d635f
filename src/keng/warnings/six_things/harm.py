"""Whether a text says what the danger is, and what it does to people."""

import re
from collections.abc import Iterator
from functools import cache

from keng.language.fold import spelling
from keng.warnings.six_things.read_text import ANY_WORD, Clause, ReadText, any_listed_phrase

_FEWEST_WORDS_THAT_DESCRIBE = 3
# "Nếu bị lừa," only says when to do something.
_FEWEST_WORDS_BEYOND_CASE = 6
_SUFFERING = (("persons", "suffers"), ("belongings", "is_ruined"), ("waters", "enters"))
_PREVENTION = tuple(f"{spelling('phòng')} {more}" for more in ("", f"{spelling('chống')} "))
_PREPARED_FOR = f"{spelling('đề')} {_PREVENTION[0]}"


def says_hazard(read: ReadText, acts: set[int]) -> bool:
    """Whether one would recognise the danger."""
    return any(_tells_danger(read, clause, clause.start in acts) for clause in read.clauses)


def _tells_danger(read: ReadText, clause: Clause, is_act: bool) -> bool:
    words = clause.spelled
    if is_act:
        # What a reader is told not to do tells of few dangers: "không bấm đường dẫn" of none. When
        # to do it does.
        case = read.one_of("case").search(words)
        return bool(
            read.one_of("hazard_in_act").search(words)
            or (case and read.one_of("hazard").search(words, case.end()))
        )
    return _names_danger(read, words) or _describes(read, clause)


def _names_danger(read: ReadText, words: str) -> bool:
    if read.one_of("penalty").search(words):
        return False
    # "Phòng cháy" is no fire; "đề phòng cháy" warns of one.
    starts = (found.start() for found in read.one_of("hazard").finditer(words))
    return any(
        not words.endswith(_PREVENTION, 0, at) or words.endswith(_PREPARED_FOR, 0, at)
        for at in starts
    )


def _describes(read: ReadText, clause: Clause) -> bool:
    """Whether it tells what somebody does, beside names, times and what is said of every danger."""
    ours = read.one_of("us").sub("| ", clause.spelled)
    if read.is_guessed or not read.one_of("wrongdoer").search(ours):
        return False
    fewest = _FEWEST_WORDS_THAT_DESCRIBE + read.is_bare
    left = read.one_of("harm", "time", "readers", "agency", "says_little").sub("| ", ours)
    names = {
        read.words[at].spelled
        for at in range(clause.start + 1, clause.start + len(clause.words))
        if read.has_capitals and read.written(at)[:1].isupper()
    }
    words = [word for word in left.split() if word[0].isalpha() and word not in names]
    return len(words) >= fewest


def says_consequence(read: ReadText, acts: set[int]) -> bool:
    """Whether it tells of harm that happened or threatens."""
    return any(_harms(read, clause.spelled, clause.start in acts) for clause in read.clauses)


def _harms(read: ReadText, clause: str, is_act: bool) -> bool:
    since = 0
    if is_act:
        # Of an instruction only its reason: "kẻo mất tiền", "để không mất tiền".
        reason = read.one_of("reason").search(clause)
        if reason is None:
            return False
        since = reason.end()
    elif _loses_money(read, clause):
        return True
    elif read.first_of("case").match(clause) and len(clause.split()) < _FEWEST_WORDS_BEYOND_CASE:
        return False
    is_told = read.one_of("tells_lies").search(clause)
    for found in (*read.one_of("harm").finditer(clause, since), *_sufferers(read, clause, since)):
        # What a swindler says happened did not.
        is_lie = is_told and is_told.start() < found.start()
        if not (is_lie and read.first_of("harm_that_is_told").match(clause, found.start())):
            return True
    return False


def _loses_money(read: ReadText, clause: str) -> bool:
    return bool(read.one_of("amount").search(clause)) and not read.one_of("promised").search(clause)


def _sufferers(read: ReadText, clause: str, since: int) -> Iterator[re.Match[str]]:
    """People to whom something happens, and their houses and things: "ba học sinh … bị"."""
    for whose, how in _SUFFERING:
        pattern = _within(whose, how, is_bare=read.is_bare)
        for found in pattern.finditer(clause, since):
            if not read.first_of("not_suffers").match(clause, found.end()):
                yield found


@cache
def _within(one: str, other: str, *, is_bare: bool) -> re.Pattern[str]:
    first, second = (any_listed_phrase(name, is_bare=is_bare) for name in (one, other))
    return re.compile(rf"(?<!\S){first}(?:(?!không |chưa |khỏi ){ANY_WORD}){{0,4}}?{second}")
