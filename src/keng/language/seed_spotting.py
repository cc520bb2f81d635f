"""Which ideas of the seed tables a text holds, and where."""

import itertools
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from keng.language.disguise import flatten_readable
from keng.language.fold import fold, spelling
from keng.language.indicators import extract_flat
from keng.language.seeds import SEED_MASK, seed_concepts, vague_words
from keng.language.words import TextWord, first_two_words, folded_key, has_accents, words_of

_MONEY = re.compile(
    r"(?<![\w.])\d[\d.,]{0,30}+\s?(?:tr|trieu|cu|k|nghin|ngan|ty|d|dong|usd|do|vnd|%)(?![a-z])|(?<!\w)\d{1,3}tr\d{1,3}(?!\w)"
)
_MINOR = re.compile(
    r"(?<!\w)(?:1[0-7]|[1-9])\s?(?:t|tuoi)(?!\w)"
    r"|(?<!\w)(?:hs |hoc sinh )?lop (?:1[0-2]|[1-9])(?!\d)"
)
# The ideas that are known by a form; a quick look tells most texts that hold none.
_FORMS = (
    ("#money", re.compile(r"\d[.,]*\s?[tckndvu%]"), _MONEY),
    ("#minor", re.compile(r"\d\s?t|lop \d"), _MINOR),
)
_KINDS = {"phone": "#phone", "bank_account": "#account", "url": "#link", "plate": "#plate"}


class IdeaHit(NamedTuple):
    """The place of a phrase in the text."""

    start: int
    end: int


IdeaHits = dict[str, list[IdeaHit]]


class _Phrase(NamedTuple):
    idea: str
    spelled: tuple[str, ...]


@lru_cache(maxsize=4)
def _found_in(text: str) -> IdeaHits:
    words = words_of(text)
    found = _unmasked(_phrases_in(text, words, accented=has_accents(words)))
    _add_forms(text, found)
    return found


def find_ideas(text: str) -> IdeaHits:
    """The ideas by name, with the places that show them. Asked several times of each text."""
    return {idea: hits.copy() for idea, hits in _found_in(text).items()}


def _phrases_in(text: str, words: Sequence[TextWord], *, accented: bool) -> IdeaHits:
    index = _index()
    folded = [word.folded for word in words]
    begins = [each in index.beginnings for each in itertools.pairwise(folded)]
    begins.append(False)
    shown_alone = _shown_with_accents if accented else _shown_without_accents
    shown = map(shown_alone, folded, [word.spelled for word in words])
    found: IdeaHits = {}
    for i, (word, alone, is_beginning) in enumerate(zip(words, shown, begins, strict=False)):
        if alone and not _in_a_name(text, words, i):
            hit = IdeaHit(word.start, word.end)
            for idea in alone:
                found.setdefault(idea, []).append(hit)
        if not is_beginning:
            continue
        key, end = word.folded, i + 1
        while key in index.heads and end < len(words):
            key, end = f"{key} {folded[end]}", end + 1
            for phrase in index.phrases.get(key, ()):
                if not accented or _agrees(words[i:end], phrase.spelled):
                    hit = IdeaHit(word.start, words[end - 1].end)
                    found.setdefault(phrase.idea, []).append(hit)
    return found


@lru_cache(maxsize=16384)
def _shown_with_accents(folded: str, spelled: str) -> tuple[str, ...]:
    """The ideas that a word shows by itself, of a writer who uses accents."""
    phrases = _index().phrases.get(folded, ())
    is_respelled = bool(phrases) and folded != folded_key(fold(spelled))
    return tuple(p.idea for p in phrases if is_respelled or spelled == p.spelled[0])


@lru_cache(maxsize=16384)
def _shown_without_accents(folded: str, _spelled: str) -> tuple[str, ...]:
    """The same of a writer who uses none."""
    phrases = _index().phrases.get(folded, ())
    is_vague = folded in vague_words()
    return tuple(p.idea for p in phrases if not is_vague or p.spelled[0].isascii())


def _in_a_name(text: str, words: Sequence[TextWord], at: int) -> bool:
    """A capital word beside another ("Bố Hạ", "Le Loi") is part of a name."""
    if not _is_capital(text, words[at]):
        return False
    return any(
        0 <= beside < len(words)
        and _is_capital(text, words[beside])
        and text[words[min(at, beside)].end : words[max(at, beside)].start] == " "
        for beside in (at - 1, at + 1)
    )


def _is_capital(text: str, word: TextWord) -> bool:
    written = text[word.start : word.end]
    return written[0].isupper() and not written.isupper()


def _unmasked(found: IdeaHits) -> IdeaHits:
    """Without the parts of longer words that mean something else ("gia" in "gia đình")."""
    masks = found.pop(SEED_MASK, [])
    if not masks:
        return found
    kept = {
        idea: [hit for hit in hits if not any(_inside(hit, mask) for mask in masks)]
        for idea, hits in found.items()
    }
    return {idea: hits for idea, hits in kept.items() if hits}


def _inside(hit: IdeaHit, mask: IdeaHit) -> bool:
    return mask.start <= hit.start and hit.end <= mask.end and hit != mask


def _agrees(words: Sequence[TextWord], spelled: tuple[str, ...]) -> bool:
    """The accents agree; in a longer phrase a word typed without any is let through."""
    return all(
        word.spelled == wanted or (len(spelled) > 1 and word.spelled.isascii())
        for word, wanted in zip(words, spelled, strict=True)
    )


def _add_forms(text: str, found: IdeaHits) -> None:
    """Sums of money, ages of children, and indicators are known by their form."""
    if "." not in text and not any(map(str.isdigit, text)):
        return
    flat = flatten_readable(text)
    for name, quick, form in _FORMS:
        for match in form.finditer(flat.flat) if quick.search(flat.flat) else ():
            found.setdefault(name, []).append(
                IdeaHit(flat.start(match.start()), flat.end(match.end()))
            )
    for one in extract_flat(flat):
        found.setdefault(_KINDS[one.type], []).append(IdeaHit(one.start, one.end))


class _Index(NamedTuple):
    """Folded phrases with the ideas they show, and every beginning of a longer phrase."""

    phrases: dict[str, list[_Phrase]]
    heads: frozenset[str]
    beginnings: frozenset[tuple[str, str]]
    """Two folded words with which a phrase of several begins."""


@cache
def _index() -> _Index:
    phrases: dict[str, list[_Phrase]] = {}
    heads: set[str] = set()
    for idea, listed in seed_concepts().items():
        for written in listed:
            words = written.split("_")
            keys = [folded_key(fold(word)) for word in words]
            phrases.setdefault(" ".join(keys), []).append(
                _Phrase(idea, tuple(map(spelling, words)))
            )
            heads.update(" ".join(keys[:n]) for n in range(1, len(keys)))
    return _Index(phrases, frozenset(heads), frozenset(first_two_words({*phrases, *heads})))
