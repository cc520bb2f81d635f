"""The words of a warning in their sentences and clauses, and the lists they are compared with."""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from keng.language.disguise.accents import with_accents
from keng.language.words import TextWord, as_spelled, has_accents, spelled_or_bare, words_of

# Whoever writes more has said it by then.
_LONGEST = 6000
# A mark stands as a word of its own: the end of a sentence, a colon, what begins an aside, a pause.
END, COLON, ASIDE, PAUSE = ".:(,"
_MARK_OF = (
    (re.compile(r"[.!?;…\n•]"), END),
    (re.compile(r":"), COLON),
    (re.compile(r"[(\[]|\s[-–—]"), ASIDE),
    (re.compile(r"[,)\]–—]"), PAUSE),
)
# A word between two others. Nothing longer is one, and a reader without a bound would read a long
# row of letters again from each of them.
ANY_WORD = r"\S{1,40} "
_ABBREVIATED = frozenset(("tp", "tx", "tt", "p", "q", "x", "h", "t", "ts", "bs", "th", "ths"))
_FEWEST_WORDS_OF_BARE_PHRASES = 2


@dataclass(slots=True)
class Clause:
    """The words between two marks."""

    start: int
    """The number of its first word."""
    before: str
    """The mark before it."""
    words: list[str] = field(default_factory=list)

    @property
    def spelled(self) -> str:
        """Its words with a blank after each, as the patterns read them."""
        return "".join(f"{word} " for word in self.words)


class ReadText:
    """A text by its words and marks.

    With accents a word is compared as it is spelled. A bare text is read twice: with the accents
    that it most likely has, and as it stands, by phrases of several words alone, since one bare
    word is many.
    """

    def __init__(self, text: str, *, is_bare: bool, is_guessed: bool = False) -> None:
        self.text, self.is_bare, self.is_guessed = text, is_bare, is_guessed
        self.words: tuple[TextWord, ...] = words_of(text)
        self.marks = ["", *self._marks_between()][: len(self.words)]
        self.clauses = self._clauses()
        self.stream, self.starts = self._stream()
        written = [self.written(at) for at in range(len(self.words))]
        letters = [word for word in written if word[:1].isalpha()]
        self.is_upper = sum(word.isupper() for word in letters) * 2 > len(letters)
        """Whether most of it is in capitals, so that they say nothing."""
        capitals = sum(word[:1].isupper() and not word.isupper() for word in written)
        self.has_capitals = not self.is_upper and capitals > 0
        """Whether names are told by their capitals."""

    def written(self, at: int) -> str:
        """A word as it stands in the text."""
        word = self.words[at]
        return self.text[word.start : word.end]

    def word_at(self, place: int) -> int:
        """The number of the word that stands at this place of the stream, or next behind it."""
        return bisect.bisect_left(self.starts, place)

    def sentences(self) -> Iterator[list[Clause]]:
        """Clauses up to the end of a sentence or a colon."""
        found: list[Clause] = []
        for clause in self.clauses:
            if found and clause.before in {END, COLON}:
                yield found
                found = []
            found.append(clause)
        if found:
            yield found

    def one_of(self, *sections: str) -> re.Pattern[str]:
        """A pattern for any phrase of these lists."""
        return compiled(r"(?<!\S){}", sections, self.is_bare)

    def first_of(self, *sections: str) -> re.Pattern[str]:
        """The same, to be matched where a word begins."""
        return compiled("{}", sections, self.is_bare)

    def ending_with(self, *sections: str) -> re.Pattern[str]:
        """A pattern for any phrase of these lists at the end."""
        return compiled(r"(?<!\S){}$", sections, self.is_bare)

    def _marks_between(self) -> Iterator[str]:
        for one, other in zip(self.words, self.words[1:], strict=False):
            yield _mark(self.text[one.end : other.start], one, other)

    def _clauses(self) -> list[Clause]:
        found: list[Clause] = []
        for at, word in enumerate(self.words):
            if not found or self.marks[at]:
                found.append(Clause(at, self.marks[at] or END))
            found[-1].words.append(word.spelled)
        return found

    def _stream(self) -> tuple[str, list[int]]:
        made: list[str] = []
        starts: list[int] = []
        at = 0
        for mark, word in zip(self.marks, self.words, strict=True):
            before = f"{mark} " if mark else ""
            starts.append(at + len(before))
            made.append(f"{before}{word.spelled} ")
            at += len(made[-1])
        return "".join(made), starts


def readings_of_text(text: str) -> list[ReadText]:
    """The text as it is to be read; a bare one also with its likeliest accents."""
    text = text[:_LONGEST]
    if has_accents(words_of(text)):
        return [ReadText(text, is_bare=False)]
    likely = with_accents(text)
    bare = ReadText(text, is_bare=True)
    return [bare] if likely is None else [bare, ReadText(likely, is_bare=False, is_guessed=True)]


def _mark(between: str, one: TextWord, other: TextWord) -> str:
    if between == " ":
        return ""
    if between == "." and one.folded[-1:].isdigit() and other.folded[:1].isdigit():
        return ""
    if between.strip() == "." and one.folded in _ABBREVIATED:
        return ""
    return next((mark for pattern, mark in _MARK_OF if pattern.search(between)), "")


@cache
def compiled(pattern: str, sections: tuple[str, ...], is_bare: bool) -> re.Pattern[str]:
    """A pattern with any phrase of the lists in place of the braces."""
    return re.compile(pattern.format(any_listed_phrase(*sections, is_bare=is_bare)))


@cache
def any_listed_phrase(*sections: str, is_bare: bool) -> str:
    """A pattern for any phrase of these lists, longer ones first."""
    listed = [one for name in sections for one in _phrases_of(name, is_bare=is_bare)]
    listed.sort(key=lambda one: -len(one.split()))
    # No phrase is left of a list of single words when a text is bare: nothing matches.
    return (spelled_or_bare if is_bare else as_spelled)(listed) if listed else r"(?!)"


def _phrases_of(name: str, *, is_bare: bool) -> list[str]:
    section = _listed()[name]
    if not (is_bare and section.is_of_content):
        return list(section.phrases)
    return [one for one in section.phrases if _least_words(one) >= _FEWEST_WORDS_OF_BARE_PHRASES]


def _least_words(phrase: str) -> int:
    return sum(not word.endswith("?") for word in phrase.split())


@dataclass(frozen=True, slots=True)
class _Section:
    phrases: tuple[str, ...]
    is_of_content: bool
    """Whether its words say what happens; the others say how a sentence is made."""


def list_names() -> tuple[str, ...]:
    """The names of all lists."""
    return tuple(_listed())


@cache
def _listed() -> dict[str, _Section]:
    text = resources.files(__package__).joinpath("words.txt").read_text(encoding="utf-8")
    found: dict[str, _Section] = {}
    for part in text.split("\n== ")[1:]:
        head, *lines = part.splitlines()
        name, _, kind = head.partition(" ")
        phrases = tuple(one for one in lines if one.strip() and not one.startswith("# "))
        found[name] = _Section(phrases, kind == "(content)")
    return found
