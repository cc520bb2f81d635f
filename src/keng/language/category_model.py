"""How likely each category of a text is, and whether somebody would call it critical.

Signs of a text (its words, neighbours of words, ideas, what the rules say, what danger it speaks of
and the ideas of danger) have a weight for every category and for "critical". The weights stand in
category_weights.csv and are learned from the sentences in the tests (`python -m
tests.train_categories`), one against all others for each column. Rules alone misread what nobody
thought of, words alone need more sentences than anybody writes; together they are better than
either.
"""

import csv
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from keng.language.category_rules import rule_scores
from keng.language.danger import Danger, danger_ideas_in, danger_in
from keng.language.disguise import undisguised
from keng.language.disguise.accents import with_accents
from keng.language.seed_spotting import IdeaHit, IdeaHits, find_ideas
from keng.language.words import TextWord, has_accents, words_of

ALWAYS = "always"
CRITICAL = "critical"
# How many of the best categories by the rules are signs, and from which sum one is a clear one.
_BEST_BY_RULES = 3
_CLEAR_BY_RULES = 10
_NUMBER = 4
_ALMOST = 1e-6
# Lengths in words from which a text is another sign: a greeting, a message, a story.
_LENGTHS = (4, 8, 16)
_WORDS_OF_REASON = 10
_MOST_REASONS = 4

# Of fewer words the neighbours tell too little ("ke" may be a drug), and one wrong one weighs much.
_LEAST_ACCENTED = 6
# Which share of the words of a text must be known before their weights may say that it can wait.
_FAMILIAR = 0.7

Signs = dict[str, list[IdeaHit]]


class CategoryReading(NamedTuple):
    """What a text looks like: a chance for each category, the chances of all are 1 together."""

    text: str
    chances: Mapping[str, float]
    critical: float
    """The chance, from 0 to 1, that a person would call it critical."""
    ideas: IdeaHits
    danger: Danger | None
    signs: Signs

    @property
    def is_familiar(self) -> bool:
        """Whether most of its words have a weight: not in another language, not in nonsense."""
        return _are_familiar(self.signs)

    def reasons_for(self, name: str) -> tuple[str, ...]:
        """The words that speak most for a category or for `CRITICAL`, in the order of the text.

        At most ten words, in at most four places.
        """
        chosen: list[IdeaHit] = []
        words = 0
        for hit in self._places_for(name):
            length = len(self.text[hit.start : hit.end].split())
            overlaps = any(hit.start < each.end and each.start < hit.end for each in chosen)
            if length and not overlaps and words + length <= _WORDS_OF_REASON:
                chosen.append(hit)
                words += length
            if len(chosen) == _MOST_REASONS:
                break
        return tuple(dict.fromkeys(self.text[hit.start : hit.end] for hit in sorted(chosen)))

    def _places_for(self, name: str) -> list[IdeaHit]:
        """Where something speaks for it, what speaks strongest first."""
        columns, rows = sign_weights()
        column = columns.index(name)
        found = [
            (weight, hit)
            for sign in self.signs.keys() & rows.keys()
            for at, weight in rows[sign]
            if at == column and weight > 0
            for hit in self.signs[sign]
        ]
        return [hit for _weight, hit in sorted(found, key=lambda each: (-each[0], each[1]))]


class SignWeights(NamedTuple):
    """For each sign (column, weight) of what it speaks for or against; the names of the columns."""

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[tuple[int, float], ...]]


def read_category(text: str) -> CategoryReading:
    """Read a text; `text` is taken as it is, its places are those of the reading."""
    ideas = find_ideas(text)
    danger = danger_in(text)
    signs = _signs_of(text, ideas, danger)
    sums = _sums_of(signs)
    if (accented := _accented(text)) is not None:
        others = _sums_of(signs_in(accented))
        sums = [(one + other) / 2 for one, other in zip(sums, others, strict=True)]
    chances, critical = chances_of_sums(dict(zip(sign_weights().columns, sums, strict=True)))
    return CategoryReading(text, chances, critical, ideas, danger, signs)


def _sums_of(signs: Iterable[str]) -> list[float]:
    """What the weights of these signs are together, column by column."""
    columns, rows = sign_weights()
    sums = [0.0] * len(columns)
    for sign in (ALWAYS, *signs):
        for column, weight in rows.get(sign, ()):
            sums[column] += weight
    return sums


def _accented(text: str) -> str | None:
    """What a text without accents says with them: weighed as much as the text itself.

    Nine words of ten get the right ones; both readings together are right more often than either.
    """
    words = words_of(text)
    if len(words) < _LEAST_ACCENTED or has_accents(words):
        return None
    return with_accents(undisguised(text).readable)


def is_hardly_critical(text: str, least: float) -> bool:
    """Whether `read_category` knows its words and gives a smaller chance that it is critical.

    The same answer, of the weights for this one column and without what cannot change it.
    """
    if not _are_familiar(_names_of_words(words_of(text))):
        return False
    score = _quick_critical_sum(text)
    if (accented := _accented(text)) is not None:
        score = (score + _quick_critical_sum(accented)) / 2
    far = score - math.log(least / (1 - least))
    # The order in which a sum is added up changes its last digits.
    return far < 0 if abs(far) > _ALMOST else read_category(text).critical < least


def _names_of_words(words: Sequence[TextWord]) -> set[str]:
    signs_of_word = _signs_with_accents if has_accents(words) else _signs_without_accents
    folded, spelled = [word.folded for word in words], [word.spelled for word in words]
    return set(itertools.chain.from_iterable(map(signs_of_word, folded, spelled)))


def _quick_critical_sum(text: str) -> float:
    weights, beside = _critical_weights()
    words = words_of(text)
    names = _names_of_words(words)
    names.add(_length_sign(len(words)))
    pairs = set(itertools.pairwise([word.folded for word in words]))
    names.update(_danger_signs(text, danger_in(text)))
    ideas = find_ideas(text)
    names.update(f"idea:{idea}" for idea in ideas)
    names.update(_rule_signs(ideas))
    return (
        weights[ALWAYS]
        + sum(map(weights.__getitem__, weights.keys() & names))
        + sum(map(beside.__getitem__, beside.keys() & pairs))
    )


def chances_of_sums(sums: dict[str, float]) -> tuple[dict[str, float], float]:
    """The chance of each category and that of being critical, of the sums of the columns.

    Of what is given nine chances in ten nine of ten are right among sentences left out of the
    training (`python -m tests.train_categories --check`).
    """
    critical = 1 / (1 + math.exp(-sums.pop(CRITICAL)))
    most = max(sums.values())
    powers = {code: math.exp(value - most) for code, value in sums.items()}
    total = sum(powers.values())
    return {code: power / total for code, power in powers.items()}, critical


def signs_in(text: str) -> set[str]:
    """The names of everything in a text that may be given a weight."""
    return set(_signs_of(text, find_ideas(text), danger_in(text)))


def _signs_of(text: str, ideas: IdeaHits, danger: Danger | None) -> Signs:
    signs: Signs = {}
    for sign, start, end in _word_signs(text):
        signs.setdefault(sign, []).append(IdeaHit(start, end))
    for idea, hits in ideas.items():
        signs[f"idea:{idea}"] = hits
    return signs | _rule_signs(ideas) | {sign: [] for sign in _danger_signs(text, danger)}


def _rule_signs(ideas: IdeaHits) -> Signs:
    """What the rules say best, with the places that speak for it."""
    signs: Signs = {}
    scores, places = rule_scores(ideas)
    best = sorted((code for code in scores if scores[code] > 0), key=lambda code: -scores[code])
    for rank, code in enumerate(best[:_BEST_BY_RULES], start=1):
        signs[f"rules-{rank}:{code}"] = places[code]
        if scores[code] >= _CLEAR_BY_RULES:
            signs[f"rules-clear:{code}"] = places[code]
    return signs or {"rules-silent": []}


def _danger_signs(text: str, danger: Danger | None) -> list[str]:
    signs = [f"danger-idea:{name}" for name in danger_ideas_in(text)]
    if danger is None:
        return [*signs, "danger:none"]
    return [*signs, f"danger:{danger.level}", f"danger-of:{danger.kind}"]


def _are_familiar(signs: Iterable[str]) -> bool:
    words = [sign for sign in signs if sign.startswith("word:")]
    rows = sign_weights().rows
    return sum(sign in rows for sign in words) >= _FAMILIAR * len(words)


def _word_signs(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word, its spelling where accents are used, it with its neighbour, and the length."""
    words = words_of(text)
    signs_of_word = _signs_with_accents if has_accents(words) else _signs_without_accents
    for word in words:
        for name in signs_of_word(word.folded, word.spelled):
            yield name, word.start, word.end
    for first, second in itertools.pairwise(words):
        yield f"next:{first.folded}_{second.folded}", first.start, second.end
    yield _length_sign(len(words)), 0, 0


@lru_cache(maxsize=16384)
def _signs_with_accents(folded: str, spelled: str) -> tuple[str, ...]:
    """The signs that a word is, of a writer who uses accents."""
    signs = _signs_without_accents(folded, spelled)
    return signs if folded.isdigit() or spelled.isascii() else (*signs, f"spelled:{spelled}")


@lru_cache(maxsize=16384)
def _signs_without_accents(folded: str, _spelled: str) -> tuple[str, ...]:
    """The same of a writer who uses none."""
    if folded.isdigit():
        return (f"number:{min(len(folded), _NUMBER)}",)
    return (f"word:{folded}",)


def _length_sign(words: int) -> str:
    return f"length:{sum(words >= least for least in _LENGTHS)}"


@cache
def _critical_weights() -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """What each sign says of being critical; of two neighbours by the two words."""
    columns, rows = sign_weights()
    critical = columns.index(CRITICAL)
    named: dict[str, float] = {}
    beside: dict[tuple[str, str], float] = {}
    for sign, cells in rows.items():
        weight = dict(cells).get(critical, 0.0)
        if sign.startswith("next:"):
            first, _between, second = sign.removeprefix("next:").partition("_")
            beside[first, second] = weight
        else:
            named[sign] = weight
    return named, beside


@cache
def sign_weights() -> SignWeights:
    """The table; an empty cell is no weight."""
    text = resources.files("keng.language").joinpath("category_weights.csv")
    rows = csv.reader(text.read_text(encoding="utf-8").splitlines())
    columns = tuple(next(rows)[1:])
    return SignWeights(
        columns,
        {
            sign: tuple((at, float(cell)) for at, cell in enumerate(cells) if cell)
            for sign, *cells in rows
        },
    )
