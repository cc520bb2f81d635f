"""What is a Vietnamese syllable, and how common the words are that are written here."""

import csv
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import islice
from typing import NamedTuple

from keng.language.fold import TONES, fold, spelling
from keng.language.tables import table_entries

_CLOSED_TONES = {"", "\u0301", "\u0323"}
_ONSETS = (
    *("", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh"),
    *("nh", "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x"),
)
_BEFORE_FRONT = {"k", "gh", "ngh"}
_NOT_BEFORE_FRONT = {"c", "g", "ng"}
_FRONT = "eêiy"
# How often a word counts that nobody counted, and the part of a neighbour in how likely a word is.
_UNSEEN, _OF_NEIGHBOURS = 0.2, 0.6
# Two words that stand beside each other once may be there by chance.
_LEAST_PAIR = 2


class CountedSpellings(NamedTuple):
    """Two words as `spelling` gives them, and how often they were counted beside each other."""

    first: str
    second: str
    times: int


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Whether it may be one, with the accents it has; without any also where some are missing."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in parts if c in TONES]
    if len(tones) > 1:
        return False
    letters = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))
    if letters.isascii() and not tones:
        return letters in _bare_syllables()
    is_closed = letters[-1:] in ("c", "p", "t") or letters.endswith("ch")
    if is_closed and "".join(tones) not in _CLOSED_TONES:
        return False
    return letters in _syllables()


@cache
def _syllables() -> frozenset[str]:
    """All of them without their tones."""
    rimes = dict(table_entries(__package__, "rimes.txt"))
    made = set()
    for onset in _ONSETS:
        for rime in rimes.get(onset, rimes["any"]):
            is_front = rime[0] in _FRONT
            if (onset in _BEFORE_FRONT and not is_front) or (
                onset in _NOT_BEFORE_FRONT and is_front
            ):
                continue
            if rime[0] == "y" and len(rime) > 1 and onset not in ("", "qu"):
                continue
            made.add(onset + rime)
    return frozenset(made | {"gi", "gin", "gich", "gim", "gip", "boong", "xoong", "moóc"})


@cache
def _bare_syllables() -> frozenset[str]:
    return frozenset(fold(each) for each in _syllables())


def neighbour_key(word: str) -> str:
    """Under what a word is counted as somebody's neighbour: in lower case without accents."""
    return fold(word)


def is_known(word: str) -> bool:
    """A word that was counted or listed; one without accents also as any word so folded."""
    return (
        word.lower() in _other_words()
        or spelling(word) in _counts()
        or (word.isascii() and word.lower() in _bare_counts())
    )


def count_of(word: str) -> float:
    """How often it was counted; a word with accents that nobody wrote so is worth little."""
    if word.isascii():
        return _bare_counts().get(word.lower(), 0)
    return _counts().get(spelling(word), 0)


@lru_cache(maxsize=16384)
def cost_of(word: str) -> float:
    """How unlikely a word is by itself, as a negative logarithm."""
    return -math.log((count_of(word) or _UNSEEN) / _total())


@lru_cache(maxsize=16384)
def cost_after(first: str, second: str) -> float:
    """How unlikely the second is after the first; both as `neighbour_key` gives them."""
    alone = (_bare_counts().get(second, 0) or _UNSEEN) / _total()
    before = _bare_counts().get(first, 0)
    together = _neighbours().get((first, second), 0) / before if before else 0.0
    return -math.log(_OF_NEIGHBOURS * together + (1 - _OF_NEIGHBOURS) * alone)


def count_together(first: str, second: str) -> int:
    """How often the second was counted right after the first; both as `neighbour_key` has them."""
    return _neighbours().get((first, second), 0)


@lru_cache(maxsize=16384)
def rarity_in_tips(bare: str) -> float:
    """How few of the sentences that people send hold this word, as a negative logarithm."""
    counts = _tip_counts()
    return -math.log((counts.get(bare, 0) + 0.5) / counts[""])


@cache
def _tip_counts() -> Mapping[str, int]:
    """By folded word in how many sentences it stands; under "" how many there are."""
    return {word: int(count) for word, count in _rows("tip_words.csv")}


@lru_cache(maxsize=16384)
def spelled_share(word: str) -> float:
    """How unlikely this spelling is among all words that are written so without accents."""
    all_so = _bare_counts().get(fold(word), 0) or _UNSEEN
    return -math.log(min((_counts().get(spelling(word), 0) or _UNSEEN) / all_so, 1.0))


@lru_cache(maxsize=4096)
def spellings_fitting(written: str, read: str) -> tuple[str, ...]:
    """The words that fit what is written, the commonest first: "đ0ng" may be "đông" or "đóng".

    `read` is what it says without the accents that its digits took along.
    """
    return tuple(word for word in spellings_of(fold(read)) if _fits(word, written))


def _fits(word: str, written: str) -> bool:
    """Letter by letter, where a letter is written."""
    return len(word) == len(written) and all(
        one == other or not other.isalpha() for one, other in zip(word, written, strict=True)
    )


@cache
def _spellings() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, _count in _rows("words.csv"):
        found.setdefault(fold(word), []).append(word)
    return found


@lru_cache(maxsize=4096)
def spellings_of(bare: str) -> tuple[str, ...]:
    """The words that are so folded, the commonest first; "hòa" and "hoà" are one of them."""
    counts = _counts()
    by_key = {spelling(word): word for word in sorted(_spellings().get(bare, ()))}
    return tuple(sorted(by_key.values(), key=lambda word: (-counts[spelling(word)], word)))


def count_spelled(word: str) -> int:
    """How often it was counted with exactly these accents, or without any."""
    return _counts().get(spelling(word), 0)


def count_of_all_words() -> int:
    """How many words were counted."""
    return _total()


def spellings_counted_together(first: str, second: str) -> Sequence[CountedSpellings]:
    """With which accents the second word was counted right after the first, whatever theirs are."""
    return _spelled_neighbours().get((_bare_spelling(first), _bare_spelling(second)), ())


def syllables_folded_as(bare: str) -> tuple[str, ...]:
    """All syllables, without tones, that are written so without accents."""
    return _by_fold().get(bare, ())


@cache
def _by_fold() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for each in sorted(_syllables()):
        found.setdefault(fold(each), []).append(each)
    return {bare: tuple(theirs) for bare, theirs in found.items()}


@cache
def words_listed_as(name: str) -> frozenset[str]:
    """A list of other_words.txt."""
    return frozenset(dict(table_entries(__package__, "other_words.txt"))[name])


@cache
def _other_words() -> frozenset[str]:
    listed = dict(table_entries(__package__, "other_words.txt"))
    return frozenset(word for words in listed.values() for word in words)


@cache
def _counts() -> Mapping[str, int]:
    found: dict[str, int] = {}
    for word, count in _rows("words.csv"):
        key = spelling(word)
        found[key] = found.get(key, 0) + int(count)
    return found


@cache
def _bare_counts() -> Mapping[str, int]:
    found: dict[str, int] = {}
    for word, count in _rows("words.csv"):
        key = fold(word)
        found[key] = found.get(key, 0) + int(count)
    return found


@cache
def _total() -> int:
    return sum(_bare_counts().values())


@cache
def _neighbours() -> Mapping[tuple[str, str], int]:
    counted = _neighbours_by(neighbour_key)
    return {pair: count for pair, count in counted.items() if count >= _LEAST_PAIR}


@cache
def _spelled_neighbours() -> Mapping[tuple[str, str], list[CountedSpellings]]:
    """By the two words without their accents."""
    found: dict[tuple[str, str], list[CountedSpellings]] = {}
    for (first, second), count in _neighbours_by(spelling).items():
        counted = CountedSpellings(first, second, count)
        found.setdefault((fold(first), fold(second)), []).append(counted)
    return found


@lru_cache(maxsize=4096)
def _bare_spelling(word: str) -> str:
    return fold(spelling(word))


def _neighbours_by(key: Callable[[str], str]) -> dict[tuple[str, str], int]:
    """How often two words stand beside each other, where words of one key are one word."""
    key = cache(key)
    found: dict[tuple[str, str], int] = {}
    for first, second, count in _rows("neighbours.csv"):
        pair = key(first), key(second)
        found[pair] = found.get(pair, 0) + int(count)
    return found


def _rows(name: str) -> list[list[str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(islice(csv.reader(text.splitlines()), 1, None))
