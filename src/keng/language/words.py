"""The words of a text with their places, compared with or without accents as it is written."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from keng.language.disguise import plain_parts, undisguised
from keng.language.fold import Y_FOR_I, flatten, fold, spelling

_WORD = re.compile(r"[^\W_]+(?:\.[^\W_](?:\.[^\W_])+)?|[^\W_](?:\.[^\W_]){2,}")
_LETTERS_WITH_DOTS = re.compile(r"\.[^\W_]\.")
_SENTENCE_END = re.compile(r"[.!?;…\n]")
_PAUSE = re.compile(r"[,:()\-–—]")
# Words of chat that everybody reads as another word; what stands for several words
# ("bjo") is taken apart in keng.language.disguise, as a phrase is compared word by word.
_SHORT = {
    "ko": "khong",
    "k": "khong",
    "kg": "khong",
    "hok": "khong",
    "khg": "khong",
    "dc": "duoc",
    "ng": "nguoi",
    "vs": "voi",
    "cug": "cung",
}
_TWO_FOR_ONE = frozenset(whole for whole in _SHORT.values() if " " in whole)


class TextWord(NamedTuple):
    """A word: folded, in its spelling with accents, and its place in the text."""

    folded: str
    spelled: str
    start: int
    end: int


@lru_cache(maxsize=4)
def words_of(text: str) -> tuple[TextWord, ...]:
    """All words as people read them, whatever disguises them, each with its place as written.

    Letters with dots between them ("B.H.X.H") are one word. Asked several times of each text, and
    read once.
    """
    if (parts := parts_of_words(text)) is not None:
        ends = list(itertools.accumulate(map(len, parts)))
        read = map(_folded_and_spelled, parts[1::2])
        return tuple(
            [
                TextWord(folded, spelled, start, end)
                for (folded, spelled), start, end in zip(read, ends[::2], ends[1::2], strict=False)
            ]
        )
    source = undisguised(text)
    flat = flatten(source.readable)
    found = []
    for match in _WORD.finditer(flat.flat):
        start, end = flat.start(match.start()), flat.end(match.end())
        folded, written = match.group(), source.readable[start:end]
        if "." in folded:
            folded, written = folded.replace(".", ""), written.replace(".", "")
        found.append(
            TextWord(folded_key(folded), spelling(written), source.start(start), source.end(end))
        )
    return tuple(found)


def parts_of_words(text: str) -> list[str] | None:
    """What stands between the words and each word, in turn, of a text that is read as it stands.

    None where that takes more than looking for letters.
    """
    parts = plain_parts(text)
    return None if parts is None or _LETTERS_WITH_DOTS.search(text) else parts


@lru_cache(maxsize=16384)
def _folded_and_spelled(word: str) -> tuple[str, str]:
    return folded_key(fold(word)), spelling(word)


@lru_cache(maxsize=16384)
def folded_key(folded: str) -> str:
    """The folded word under which phrases are looked up."""
    return Y_FOR_I.sub(r"\1i", _SHORT.get(folded, folded))


def first_two_words(phrases: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every two folded words that are together one of the folded phrases.

    A word of a text may be short for two; then what it is read as holds a blank.
    """
    for phrase in phrases:
        words = phrase.split(" ")
        for at in range(1, len(words)):
            first, second = " ".join(words[:at]), " ".join(words[at:])
            if all(" " not in word or word in _TWO_FOR_ONE for word in (first, second)):
                yield first, second


def has_accents(words: Sequence[TextWord]) -> bool:
    """Whether the writer uses accents: then a word with another accent is another word."""
    accented = len(words) - sum(map(str.isascii, [word.spelled for word in words]))
    return (accented * 5 >= len(words) and accented >= 2) or accented * 2 > len(words)


def spelled_text(text: str) -> str:
    """The words alone, as `spelling` gives them, a blank after each: what `spelled_or_bare` reads.

    Between them "." for the end of a sentence and "," for a pause, as words of their own.
    """
    made: list[str] = []
    end = 0
    for word in words_of(text):
        between = text[end : word.start]
        if made and _SENTENCE_END.search(between):
            made.append(".")
        elif made and _PAUSE.search(between):
            made.append(",")
        made.append(word.spelled)
        end = word.end
    return "".join(f"{one} " for one in made)


def spelled_or_bare(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases: each word as it is spelled, or without an accent.

    What is written with other accents is another word: "đúng" is never "dừng". A blank follows
    every word; in a phrase "a|b" is either of two words, "a?" may be missing, "#" is a number.
    """
    return _any_of(phrases, (spelling, fold))


def as_spelled(phrases: Iterable[str]) -> str:
    """The same for a text that has its accents: there a word without any is another word."""
    return _any_of(phrases, (spelling,))


def _any_of(phrases: Iterable[str], forms: Sequence[Callable[[str], str]]) -> str:
    made = ("".join(_either(word, forms) for word in one.split()) for one in phrases)
    return f"(?:{'|'.join(made)})"


def _either(written: str, forms_of: Sequence[Callable[[str], str]]) -> str:
    if "#" in written:
        written, number = written.replace("|#", "").replace("#", ""), r"\d\S{0,39} "
        return f"(?:{number}|{_either(written, forms_of)})" if written else number
    words = written.removesuffix("?").split("|")
    forms = sorted({form_of(one) for one in words for form_of in forms_of})
    return f"(?:(?:{'|'.join(map(re.escape, forms))}) ){'?' if written.endswith('?') else ''}"
