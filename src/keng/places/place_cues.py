"""The words that speak for a name being a place, or against it: "xã", "ở", "chợ"; "đường", "anh".

Each with its role and its points, and the points that it has without its marks, where it may be
another word: `data/place_cues.csv`.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from keng.places.landmark_names import parse_landmark_name
from keng.places.name_index import NameKey, name_key, name_spelling
from keng.places.place_words import PlaceWord

_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """What the words before a name say of it."""

    role: str
    points: int
    bare_points: int
    sort: str
    """The sort of landmark that it is, if it is one."""


class CuedText:
    """The words of a text, and the cue before each of them."""

    def __init__(self, words: Sequence[PlaceWord]) -> None:
        self.words = words
        marked = sum(not word.is_bare for word in words)
        self.is_marked = (marked * 5 >= len(words) and marked >= 2) or marked * 2 > len(words)
        """Whether the writer uses accents: then a word with another accent is another word."""
        self.is_upper = sum(word.is_upper for word in words) * 2 > len(words)
        """Whether all is written in capitals, so that they say nothing."""

    def ends_clause(self, end: int) -> bool:
        """Whether a clause ends before this word."""
        return end == len(self.words) or self.words[end].starts_clause

    def starts_cue(self, at: int) -> bool:
        """Whether a cue for a place begins with this word."""
        folded = [word.folded for word in self.words[at : at + _MOST_WORDS]]
        begun = (bare_cues().get(tuple(folded[: at + 1])) for at in range(len(folded)))
        return any(cue is not None and cue.points > 0 for cue in begun)

    def ends_long_cue(self, end: int) -> bool:
        """Whether a cue of several words ends here."""
        return any(
            self.cue_of(self.words[end - count : end])
            for count in range(2, _MOST_WORDS + 1)
            if count <= end
        )

    def cue_before(self, at: int, since: int = 0) -> Cue | None:
        """The longest cue that ends right before this word, and begins not before `since`."""
        if at >= 3 and self.words[at - 2].folded == "so" and self.words[at - 1].folded.isdigit():
            return self.cue_before(at - 2, since)
        for count in range(_MOST_WORDS, 0, -1):
            if at - count < since:
                continue
            words = self.words[at - count : at]
            inside = [*words[1:], *self.words[at : at + 1]]
            if any(word.starts_clause for word in inside[:-1]):
                continue
            is_cut = at < len(self.words) and self.words[at].starts_clause
            cue = self.cue_of(words)
            if cue and (not is_cut or (count == 1 and len(words[0].folded) <= 2)):
                return cue
        return None

    def cue_of(self, words: Sequence[PlaceWord]) -> Cue | None:
        """The cue that these words are."""
        spelled = tuple(word.spelled for word in words)
        found = cues().get(spelled)
        if found is not None:
            return found
        if all(word.is_bare for word in words) and not self.is_marked:
            return bare_cues().get(tuple(word.folded for word in words))
        if any(word.is_mended for word in words):
            found = bare_cues().get(tuple(word.folded for word in words))
            # "bar" is not "ba" behind which a name stands.
            return found if found and found.points > 0 else None
        return None


@lru_cache(maxsize=1)
def cues() -> dict[NameKey, Cue]:
    """The cues by their words as they are spelled."""
    text = resources.files("keng.places").joinpath("data", "place_cues.csv")
    rows = csv.DictReader(text.read_text(encoding="utf-8").splitlines())
    return {
        name_spelling(row["words"]): Cue(
            row["role"],
            int(row["points"]),
            int(row["bare_points"]),
            parse_landmark_name(f"{row['words']} x").sort,
        )
        for row in rows
    }


@lru_cache(maxsize=1)
def bare_cues() -> dict[NameKey, Cue]:
    """The same without marks; of several that look alike the one that speaks least for a place."""
    found: dict[NameKey, Cue] = {}
    for spelled, cue in cues().items():
        key = name_key(" ".join(spelled))
        known = found.get(key)
        if known is None or cue.bare_points > known.bare_points:
            found[key] = cue
    return found
