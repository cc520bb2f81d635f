"""The words of a text as danger is read in them, in columns: most of each is known beforehand."""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from keng.language.danger.clues import clue_of_word, spelling_clue
from keng.language.danger.table import FAR_EAST, DangerPhrase, danger_phrases
from keng.language.fold import fold, spelling
from keng.language.words import TextWord, folded_key, parts_of_words, words_of

_MOST_KNOWN = 16384
_DIGITS_OF_AGE = 2
_AGE = re.compile(rf"\d{{1,{_DIGITS_OF_AGE}}}(?!\d)")
_MAY_BE_WEAK = frozenset(
    {
        *("ATTACK", "BEATS", "BLOOD", "BODY", "ELDER", "FALLS", "FAMILY", "HITS"),
        *("INJURED", "KNIFE", "SMALL", "TOUCH", "WATERS"),
    }
)
# How the young and the hurried write some of the words that matter here.
_HASTY = {
    "bn": "ban",
    "bt": "biet",
    "chog": "chong",
    "cj": "chi",
    "dag": "dang",
    "dg": "dang",
    "duog": "duong",
    "dzo": "vo",
    "e": "em",
    "khog": "khong",
    "lm": "lam",
    "ns": "noi",
    "oy": "roi",
    "phog": "phong",
    "r": "roi",
    "thag": "thang",
    "thg": "thang",
    "trc": "truoc",
    "trg": "trong",
    "trog": "trong",
    "wa": "qua",
    "xog": "xong",
    "z": "vay",
    "zay": "vay",
    "zo": "vo",
    "zoi": "roi",
    "zui": "vui",
}


class IdeaOfWord(NamedTuple):
    """An idea that a word shows by itself."""

    idea: str
    is_weak: bool
    """One Vietnamese syllable without its accents: it needs something clear beside it."""


class DangerWord(NamedTuple):
    """A word with all that does not depend on those around it."""

    folded: str
    spelled: str
    is_accented: bool
    is_capital: bool
    clue: str
    spelling_clue: str
    """Empty where it has no accent."""
    ideas_accented: tuple[IdeaOfWord, ...]
    """By itself, of a writer who uses accents; and of one who does not."""
    ideas_bare: tuple[IdeaOfWord, ...]
    may_be_age: bool
    """Whether it begins as the age of a child does."""


class _KnownWords(dict[str, DangerWord]):
    """The last words that were met, as they were written."""

    def __missing__(self, written: str) -> DangerWord:
        if written.isdigit():
            # There are too many numbers to keep them, and nothing of them has to be folded.
            is_age = len(written) <= _DIGITS_OF_AGE
            return _danger_word(written, written, is_capital=False, may_be_age=is_age)
        folded = folded_key(fold(written))
        whole = _HASTY.get(folded)
        made = _danger_word(
            whole or folded,
            whole or spelling(written),
            is_capital=_is_capital(written),
            may_be_age=_AGE.match(written) is not None,
        )
        if len(self) >= _MOST_KNOWN:
            self.clear()
        self[written] = made
        return made


_known = _KnownWords()


class DangerWords:
    """The words of a text: each column has one item for each of them."""

    folded: tuple[str, ...]
    spelled: tuple[str, ...]
    capital: tuple[bool, ...]
    clues: tuple[str, ...]
    spelling_clues: tuple[str, ...]
    may_be_ages: tuple[bool, ...]

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts = parts_of_words(text)
        self._written: Sequence[TextWord] = ()
        if self._parts is None:
            self._written = list(_split(text, words_of(text)))
            words = [
                _danger_word(
                    word.folded,
                    word.spelled,
                    is_capital=_is_capital(text[word.start : word.end]),
                    may_be_age=True,
                )
                for word in self._written
            ]
        else:
            words = list(map(_known.__getitem__, self._parts[1::2]))
        (
            self.folded,
            self.spelled,
            accented,
            self.capital,
            self.clues,
            self.spelling_clues,
            ideas_accented,
            ideas_bare,
            self.may_be_ages,
        ) = zip(*words, strict=True) if words else ((),) * len(DangerWord._fields)
        count = sum(accented)
        # As keng.language.words.has_accents has it.
        self.accented: bool = (count * 5 >= len(words) and count >= 2) or count * 2 > len(words)
        self.ideas: Sequence[tuple[IdeaOfWord, ...]] = (
            ideas_accented if self.accented else ideas_bare
        )

    def __len__(self) -> int:
        return len(self.folded)

    @property
    def is_plain(self) -> bool:
        """Whether all is Latin and nothing disguised."""
        return self._parts is not None

    @cached_property
    def neighbours(self) -> list[tuple[str, str]]:
        """Each word with the one after it."""
        return list(itertools.pairwise(self.folded))

    @cached_property
    def starts(self) -> Sequence[int]:
        """The place of the first character of each word."""
        return self._ends_of_parts[::2] if self.is_plain else [one.start for one in self._written]

    @cached_property
    def ends(self) -> Sequence[int]:
        """The place after the last character of each word."""
        return self._ends_of_parts[1::2] if self.is_plain else [one.end for one in self._written]

    @cached_property
    def _ends_of_parts(self) -> Sequence[int]:
        return list(itertools.accumulate(map(len, self._parts or ())))

    def between(self, first: int, second: int) -> str:
        """What is written between two words."""
        if self._parts is not None and second == first + 1:
            return self._parts[2 * second]
        return self.text[self.ends[first] : self.starts[second]]

    @cached_property
    def in_names(self) -> frozenset[int]:
        """Capital words after another, or before one in the midst of a sentence ("ở Bố Hạ")."""
        capital = set(itertools.compress(itertools.count(), self.capital))
        return frozenset(
            at
            for at in capital
            if at > 0
            and (at - 1 in capital or at + 1 in capital)
            and self.between(at - 1, at) == " "
            and (at - 1 in capital or self.between(at, at + 1) == " ")
        )


def phrase_agrees(spelled: Sequence[str], phrase: DangerPhrase, *, accented: bool) -> bool:
    """With accents they must agree; typed without any, a phrase of several words is let through."""
    if len(phrase.spelled) == 1:
        only = spelled[0]
        if only == phrase.spelled[0]:
            return accented or phrase.is_plain or not only.isascii()
        return phrase.is_plain and not accented and only.isascii()
    if len(spelled) == len(phrase.spelled):
        is_exact = True
        for word, wanted in zip(spelled, phrase.spelled, strict=True):
            if word != wanted:
                if not word.isascii():
                    return False
                is_exact = False
        if is_exact and not spelled[0].isascii():
            return True
    # Of another length where one word is short for two ("bjo" for "bây giờ").
    return accented or phrase.is_plain


def is_weak(spelled: str, phrase: DangerPhrase) -> bool:
    """One syllable that may be the word with accents."""
    return (
        len(phrase.spelled) == 1
        and spelled.isascii()
        and not phrase.spelled[0].isascii()
        and phrase.idea in _MAY_BE_WEAK
    )


def _danger_word(folded: str, spelled: str, *, is_capital: bool, may_be_age: bool) -> DangerWord:
    return DangerWord(
        folded,
        spelled,
        not spelled.isascii(),
        is_capital,
        clue_of_word(folded),
        spelling_clue(folded, spelled),
        _ideas_of(folded, spelled, accented=True),
        _ideas_of(folded, spelled, accented=False),
        may_be_age,
    )


def _ideas_of(folded: str, spelled: str, *, accented: bool) -> tuple[IdeaOfWord, ...]:
    return tuple(ideas_of_phrase(folded, (spelled,), accented=accented))


def ideas_of_phrase(folded: str, spelled: Sequence[str], *, accented: bool) -> Iterator[IdeaOfWord]:
    """The ideas that these words show together, in the order of the tables."""
    for phrase in danger_phrases().phrases.get(folded, ()):
        if phrase_agrees(spelled, phrase, accented=accented):
            yield IdeaOfWord(phrase.idea, is_weak=False)
        elif not accented and is_weak(spelled[0], phrase):
            yield IdeaOfWord(phrase.idea, is_weak=True)


def _is_capital(written: str) -> bool:
    return written[0].isupper() and not written.isupper()


def _split(text: str, words: Sequence[TextWord]) -> Iterator[TextWord]:
    """Chinese and Korean write no space between words: each character stands for itself."""
    has_characters = FAR_EAST.search(text) is not None
    for word in words:
        if not has_characters or not FAR_EAST.search(word.folded):
            whole = _HASTY.get(word.folded)
            yield word._replace(folded=whole, spelled=whole) if whole else word
            continue
        for at in range(word.start, word.end):
            character = text[at]
            yield TextWord(character.lower(), character.lower(), at, at + 1)
