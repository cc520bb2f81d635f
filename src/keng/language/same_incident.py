"""Whether two texts tell of one event: a score of both together, the same whichever came first.

What is rare speaks: a name, a hamlet, a sum, a number or link that both have, words few people use.
What both have that fits many events (the offence, the commune) only helps. Another commune, or
other numbers of the same kind, speak against it.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from keng.language.disguise import undisguised
from keng.language.disguise.syllables import cost_of, is_known, rarity_in_tips
from keng.language.fold import flatten
from keng.language.indicators import Indicator, extract, is_own_site
from keng.language.indicators.indicator import TakenPlaces
from keng.language.indicators.patterns import listed_words
from keng.language.seed_spotting import find_ideas
from keng.language.words import TextWord, words_of

# A word is worth what it tells beyond those that many tips hold, in natural logarithms; one of
# the tables of categories tells of the offence, which many have in common.
_EVERYDAY, _OF_MANY_TIPS, _MOST_OF_WORD, _MOST_OF_USUAL = 4.5, 3.0, 2.5, 0.8
_PAIR, _EVERYDAY_PAIR, _NUMBER_PAIR = 2.0, 0.5, 3.5
_NAME, _SHORT_FORM = 3.5, 4
_SITE_NAME = 14.0
_SENTENCE_END = re.compile(r"[.!?:;…\n]")
_SITE = re.compile(r"(?<![\w-])[a-z0-9]{2,30}(?:-[a-z0-9]{2,30}){1,5}(?![\w-])")
_LEAST_SITE_NAME = 10
_MONEY = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d{3}){1,3}|\d{1,9})(?:[.,](\d{1,2}))?\s?"
    r"(trieu|tr|cu|ty|k|nghin|ngan|d|dong|vnd)(?:(\d{1,3}))?(?![^\W_])"
)
_UNITS = {"k": 1e3, "nghin": 1e3, "ngan": 1e3, "trieu": 1e6, "tr": 1e6, "cu": 1e6, "ty": 1e9}


class IncidentTraits(NamedTuple):
    """What of a text tells one event from another."""

    words: Mapping[str, float]
    """Each word, pair of neighbours and sum of money, and what it is worth."""
    indicators: frozenset[tuple[str, str]]
    communes: tuple[str, ...]
    """The codes of the communes it may be about, the likeliest first; empty if nobody knows."""
    categories: tuple[str, ...]
    """The likeliest first."""
    banks: frozenset[str] = frozenset()


def incident_traits(
    text: str,
    *,
    communes: Sequence[str] = (),
    categories: Sequence[str] = (),
    place_words: Iterable[str] = (),
    indicators: Iterable[Indicator] | None = None,
) -> IncidentTraits:
    """What of this text tells one event from another, with what was read in it already.

    `place_words` is what names a commune or district in it: left out, as that counts by itself.
    """
    found = extract(text) if indicators is None else indicators
    joining = frozenset(
        (one.type, one.value)
        for one in found
        if one.context_role != "reporters_own" and (one.type != "url" or is_own_site(one.value))
    )
    return IncidentTraits(
        _weighed_words(text, found, place_words),
        joining,
        tuple(communes),
        tuple(categories),
        frozenset(word.folded for word in words_of(text)) & _banks(),
    )


@cache
def _banks() -> frozenset[str]:
    """Of one word: two texts that name different ones speak of different matters."""
    return listed_words("bank")


# What the traits of two texts weigh. From _EVEN on they are more likely one event than two.
_ONE_COMMUNE, _OTHER_COMMUNE, _ONE_CATEGORY, _NEAR_CATEGORY = 4.0, -8.0, 2.0, 1.0
_ONE_INDICATOR, _OTHER_INDICATORS, _OTHER_BANK = 20.0, -8.0, -3.0
_EVEN, _STEEP = 14.0, 0.5


def same_incident(one: IncidentTraits, other: IncidentTraits) -> float:
    """How likely both tell of one event, from 0 to 1; from .5 on they rather do."""
    return 1 / (1 + math.exp(_STEEP * (_EVEN - _weight_of_both(one, other))))


def _weight_of_both(one: IncidentTraits, other: IncidentTraits) -> float:
    shared = [max(one.words[w], other.words[w]) for w in one.words.keys() & other.words.keys()]
    weight = math.fsum(shared)
    if one.communes and other.communes:
        is_one = not set(one.communes).isdisjoint(other.communes)
        weight += _ONE_COMMUNE if is_one else _OTHER_COMMUNE
    if one.categories and other.categories:
        if one.categories[0] == other.categories[0]:
            weight += _ONE_CATEGORY
        elif not set(one.categories).isdisjoint(other.categories):
            weight += _NEAR_CATEGORY
    if not one.indicators.isdisjoint(other.indicators):
        weight += _ONE_INDICATOR
    elif {kind for kind, _value in one.indicators} & {kind for kind, _value in other.indicators}:
        weight += _OTHER_INDICATORS
    if one.banks and other.banks and one.banks.isdisjoint(other.banks):
        weight += _OTHER_BANK
    return weight


def _weighed_words(
    text: str, found: Iterable[Indicator], place_words: Iterable[str]
) -> dict[str, float]:
    place_keys = {word.folded for name in place_words for word in words_of(name)}
    apart = _marked(text, ((one.start, one.end) for one in found))
    source = undisguised(text)
    text = source.readable
    ideas = find_ideas(text).items()
    usual = _marked(text, (hit for name, hits in ideas if name[0] != "#" for hit in hits))
    read = words_of(text)
    names = _names_in(text, read)
    weighed: list[tuple[str, float]] = []
    for word in read:
        is_apart = apart.holds_any_of(source.start(word.start), source.end(word.end))
        if is_apart or word.folded in place_keys:
            weighed.append(("", 0.0))
        elif word.start in names:
            weighed.append((word.folded, _NAME))
        else:
            is_usual = usual.holds_any_of(word.start, word.end)
            weighed.append((word.folded, _worth(word.folded, is_usual=is_usual)))
    made: dict[str, float] = {}
    for folded, worth in weighed:
        made[folded] = max(worth, made.get(folded, 0.0))
    for (one, its), (other, others) in pairwise(weighed):
        if one and other:
            made[f"{one} {other}"] = _worth_of_pair(one, its, other, others)
    for sum_of_money in _sums(flatten(text).flat):
        made[f"#{sum_of_money}"] = _worth_of_number(str(sum_of_money))
    for name in _SITE.findall(flatten(text).flat):
        if len(name) >= _LEAST_SITE_NAME and not name.replace("-", "").isdigit():
            made[name] = _SITE_NAME
    return {each: worth for each, worth in made.items() if worth > 0}


def _names_in(text: str, words: list[TextWord]) -> set[int]:
    """Where capital words stand that are neither the first of a sentence nor short forms."""
    if text.isupper():
        return set()
    found: set[int] = set()
    end = 0
    for word in words:
        written, between = text[word.start : word.end], text[end : word.start]
        is_start = not end or bool(_SENTENCE_END.search(between))
        end = word.end
        is_name = written[0].isupper() and (len(written) > _SHORT_FORM or not written.isupper())
        # In "VU THI LAN" each is a name; "ATM" alone is none.
        if is_name and written.isalpha() and (not is_start or _is_capital_after(text, word)):
            found.add(word.start)
    return found


def _is_capital_after(text: str, word: TextWord) -> bool:
    return text[word.end : word.end + 1] == " " and text[word.end + 1 : word.end + 2].isupper()


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> TakenPlaces:
    taken = TakenPlaces(len(text))
    for start, end in spans:
        taken.mark_span(start, end)
    return taken


def _worth(word: str, *, is_usual: bool) -> float:
    if word.isdigit():
        return _worth_of_number(word)
    most = _MOST_OF_USUAL if is_usual else _MOST_OF_WORD
    if len(word) < 2:
        return 0.0
    in_tips = max(rarity_in_tips(word) - _OF_MANY_TIPS, 0.0)
    anywhere = max(cost_of(word) - _EVERYDAY, 0.0) if is_known(word) else _MOST_OF_WORD
    return min((min(in_tips, _MOST_OF_WORD) + min(anywhere, _MOST_OF_WORD)) / 2, most)


def _worth_of_number(digits: str) -> float:
    """ "3" may be anything, and so may 2.000.000; 6.850.000 is one sum."""
    telling = len(digits.strip("0"))
    return (0.5, 0.5, 1.0, 2.5)[min(telling, 3)]


def _worth_of_pair(one: str, its: float, other: str, others: float) -> float:
    if one.isdigit() and other.isdigit():
        return 0.0
    if one.isdigit() or other.isdigit():
        return _NUMBER_PAIR if one in _BEFORE_NUMBERS else 0.0
    return _PAIR if min(its, others) > _MOST_OF_USUAL else min(_EVERYDAY_PAIR, its, others)


# "ngõ 12", "tổ 3": one place.
_BEFORE_NUMBERS = frozenset(
    [
        "ngo",
        "ngach",
        "to",
        "so",
        "khu",
        "lo",
        "phong",
        "km",
        "tang",
        "duong",
        "ql",
        "lop",
        "doi",
        "toa",
        "can",
    ]
)


def _sums(flat: str) -> set[int]:
    found = set()
    for match in _MONEY.finditer(flat):
        whole, part, unit, rest = match.groups()
        times = _UNITS.get(unit, 1)
        value = float(re.sub(r"[.,]", "", whole)) * times
        if part:
            value += float(f"0.{part}") * times
        if rest:
            value += float(f"0.{rest}") * times
        if value >= 1e4:
            found.add(round(value))
    return found
