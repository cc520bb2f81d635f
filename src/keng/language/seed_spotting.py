"""Which ideas of the seed tables a text holds, and where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from keng.language.disguise import flatten_readable
from keng.language.fold import fold, spelling
from keng.language.indicators import extract
from keng.language.seeds import SEED_MASK, seed_concepts, vague_words
from keng.language.words import TextWord, folded_key, has_accents, words_of

_MONEY = re.compile(
    r"(?<![\w.])\d[\d.,]{0,30}+\s?(?:tr|trieu|cu|k|nghin|ngan|ty|d|dong|usd|do|vnd|%)(?![a-z])|(?<!\w)\d{1,3}tr\d{1,3}(?!\w)"
)
_MINOR = re.compile(
    r"(?<!\w)(?:1[0-7]|[1-9])\s?(?:t|tuoi)(?!\w)"
    r"|(?<!\w)(?:hs |hoc sinh )?lop (?:1[0-2]|[1-9])(?!\d)"
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


def find_ideas(text: str) -> IdeaHits:
    """The ideas by name, with the places that show them."""
    words = words_of(text)
    spot = _Spotting(text, words, has_accents(words))
    found: IdeaHits = {}
    for idea, hit in spot.hits():
        found.setdefault(idea, []).append(hit)
    found = _unmasked(found)
    _add_forms(text, found)
    return found


@dataclass(frozen=True, slots=True)
class _Spotting:
    """The search for phrases in one text."""

    text: str
    words: tuple[TextWord, ...]
    accented: bool

    def hits(self) -> Iterator[tuple[str, IdeaHit]]:
        phrases, heads = _index()
        for i, word in enumerate(self.words):
            key, end = word.folded, i + 1
            while True:
                for phrase in phrases.get(key, ()):
                    if self._holds(i, end, phrase):
                        yield phrase.idea, IdeaHit(word.start, self.words[end - 1].end)
                if key not in heads or end == len(self.words):
                    break
                key, end = f"{key} {self.words[end].folded}", end + 1

    def _holds(self, start: int, end: int, phrase: _Phrase) -> bool:
        words = self.words[start:end]
        if end - start > 1:
            return not self.accented or _agrees(words, phrase.spelled)
        if self._in_a_name(start):
            return False
        if self.accented:
            return words[0].spelled == phrase.spelled[0] or words[0].folded != folded_key(
                fold(words[0].spelled)
            )
        return words[0].folded not in vague_words() or phrase.spelled[0].isascii()

    def _in_a_name(self, at: int) -> bool:
        """A capital word beside another ("Bố Hạ", "Le Loi") is part of a name."""
        return self._capital(at) and (
            (at + 1 < len(self.words) and self._capital(at + 1) and self._beside(at))
            or (at > 0 and self._capital(at - 1) and self._beside(at - 1))
        )

    def _capital(self, at: int) -> bool:
        written = self.text[self.words[at].start : self.words[at].end]
        return written[0].isupper() and not written.isupper()

    def _beside(self, at: int) -> bool:
        return self.text[self.words[at].end : self.words[at + 1].start] == " "


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
    if not any(c.isdigit() for c in text) and "." not in text:
        return
    flat = flatten_readable(text)
    for name, form in (("#money", _MONEY), ("#minor", _MINOR)):
        for match in form.finditer(flat.flat):
            found.setdefault(name, []).append(
                IdeaHit(flat.start(match.start()), flat.end(match.end()))
            )
    for one in extract(text):
        found.setdefault(_KINDS[one.type], []).append(IdeaHit(one.start, one.end))


@cache
def _index() -> tuple[dict[str, list[_Phrase]], frozenset[str]]:
    """Folded phrases with the ideas they show, and every beginning of a longer phrase."""
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
    return phrases, frozenset(heads)
