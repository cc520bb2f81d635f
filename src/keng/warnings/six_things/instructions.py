"""Where a text tells its reader what to do, or what to leave.

A verb is an instruction where it begins a sentence, stands behind a word that orders, or behind
those who are told. What a sentence tells of others is none, and neither is "cảnh giác".
"""

import re
from collections.abc import Iterator
from functools import cache

from keng.warnings.six_things.read_text import ANY_WORD, Clause, ReadText, any_listed_phrase

_BEFORE = 24
_FEWEST_WORDS_OF_REQUEST = 4


def clauses_that_instruct(read: ReadText) -> set[int]:
    """The numbers of the words with which such clauses begin."""
    return {start for sentence in read.sentences() for start in _acts_in(read, sentence)}


def _acts_in(read: ReadText, sentence: list[Clause]) -> Iterator[int]:
    grammar = _grammar(is_bare=read.is_bare)
    first = sentence[0].spelled
    has_readers = bool(read.first_of("readers").match(first))
    tells_of_others = not has_readers and bool(read.first_of("teller").match(first))
    leads = has_readers or bool(read.first_of("condition").match(first))
    is_feigned = False
    has_told = False
    for number, clause in enumerate(sentence):
        words = grammar.without_connectors(clause.spelled)
        if read.first_of("own_words").match(words) or read.one_of("trick_asks").search(words):
            continue
        is_feigned = is_feigned or bool(read.one_of("feigning").search(words))
        if tells_of_others:
            is_act = not is_feigned and bool(grammar.asked.search(words))
        else:
            may_begin = number == 0 or has_told or leads
            is_act = grammar.orders(
                words, may_begin=may_begin, is_first=number == 0
            ) or _calls_for_help(read, words)
            is_act = is_act or (leads and _asks_kindly(read, words))
        if is_act or grammar.plain_order.search(words) or grammar.tells_readers(words):
            has_told = True
            yield clause.start


def _calls_for_help(read: ReadText, words: str) -> bool:
    """Whether it says to call somebody, and not that somebody called."""
    found = _grammar(is_bare=read.is_bare).help.search(words)
    if not found:
        return False
    before = words[max(0, found.start() - _BEFORE) : found.start()]
    return not read.ending_with("happened").search(before)


def _asks_kindly(read: ReadText, words: str) -> bool:
    """Whether a clause to readers ends with a request: "để bật lửa ở nhà giúp"."""
    if len(words.split()) < _FEWEST_WORDS_OF_REQUEST:
        return False
    asks = read.ending_with("asks_kindly").search(words[-_BEFORE:])
    return bool(asks) and not _grammar(is_bare=read.is_bare).vague.search(words)


class _Grammar:
    """How instructions are made, in the forms in which a text is read."""

    def __init__(self, *, is_bare: bool) -> None:
        def any_of(*sections: str) -> str:
            return any_listed_phrase(*sections, is_bare=is_bare)

        manner, readers = f"(?:{any_of('manner')}){{0,3}}", any_of("readers")
        vague = any_of("vague_between")
        forbids = rf"{any_of('negation')}{manner}{any_of('forbidden')}"
        does = rf"(?:{any_of('verb')}|{forbids})"
        self._connectors = re.compile(rf"(?:{any_of('connector')}){{0,3}}")
        self.plain_order = re.compile(
            rf"(?<!\S){any_of('plain_order')}{manner}(?!{any_of('vague_act')}){ANY_WORD}"
        )
        """Nobody tells what others did with these words."""
        # Between are those who should do it, and how: "đề nghị các hộ ven sông nhanh chóng …".
        self.asked = re.compile(rf"(?<!\S){any_of('asks')}(?:(?!{vague}){ANY_WORD}){{0,7}}?{does}")
        self._must = re.compile(rf"(?<!\S){any_of('must')}{manner}{does}")
        self._first = re.compile(rf"{manner}{any_of('verb')}")
        self._now = re.compile(rf"(?<!\S){any_of('now')}")
        self._forbids_first = re.compile(rf"(?:{readers})?{manner}{forbids}")
        # A time may stand before them: "Từ 18 giờ các hộ …".
        time = rf"(?:{any_of('begins_time')}(?:{ANY_WORD}){{0,4}}?)?"
        between = rf"(?:(?!{any_of('happened')}|{vague}){ANY_WORD}){{0,8}}?"
        self._readers_do = re.compile(rf"{time}{readers}{between}{manner}{does}")
        self._must_not_first = re.compile(
            rf"(?:không |khong |ko )(?!{any_of('not_behind_khong')}){ANY_WORD}"
        )
        self._of_case_do = re.compile(
            rf"{any_of('readers_of_case')}(?:(?!{vague}){ANY_WORD}){{0,6}}?{any_of('verb')}"
        )
        self.help = re.compile(
            rf"(?<!\S){any_of('calls')}(?:(?!{any_of('of_whom')}){ANY_WORD}){{0,3}}?"
            rf"{any_of('helpers')}"
        )
        self.vague = re.compile(rf"(?<!\S){any_of('vague_act')}")

    def without_connectors(self, clause: str) -> str:
        found = self._connectors.match(clause)
        return clause[found.end() :] if found else clause

    def orders(self, words: str, *, may_begin: bool, is_first: bool) -> bool:
        """Whether a clause of nobody in particular tells what to do."""
        return bool(
            self.asked.search(words)
            or self._must.search(words)
            or self._forbids_first.match(words)
            or ((may_begin or self._now.search(words)) and self._first.match(words))
            or (is_first and self._must_not_first.match(words))
        )

    def tells_readers(self, words: str) -> bool:
        """Whether those who are told stand before what they are to do."""
        return bool(self._readers_do.match(words) or self._of_case_do.match(words))


@cache
def _grammar(*, is_bare: bool) -> _Grammar:
    return _Grammar(is_bare=is_bare)
