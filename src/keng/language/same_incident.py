"""Whether two texts tell of one event: a score of both together, the same whichever came first.

What is rare speaks: a name, a hamlet, a sum, a number or link that both have, words few people use.
What both have that fits many events (the offence, the commune) only helps. Another commune, or
other numbers of the same kind, speak against it. Two texts that are nearly one are a copy, however
little they tell.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from keng.language.disguise import undisguised
from keng.language.disguise.syllables import (
    cost_of,
    is_known,
    rarity_in_tips,
    words_listed_as,
)
from keng.language.fold import flatten
from keng.language.indicators import Indicator, extract, is_own_site
from keng.language.indicators.indicator import TakenPlaces
from keng.language.indicators.patterns import SURNAMES, listed_words
from keng.language.seed_spotting import find_ideas
from keng.language.taxonomy import categories as known_categories
from keng.language.words import TextWord, words_of

# A word is worth what it tells beyond those that many tips hold, in natural logarithms; one of
# the tables of categories tells of the offence, which many have in common.
_EVERYDAY, _OF_MANY_TIPS, _MOST_OF_WORD, _MOST_OF_USUAL = 4.5, 3.0, 2.5, 1.2
_PAIR, _EVERYDAY_PAIR, _NUMBER_PAIR = 2.0, 0.8, 3.5
_NAME, _SHORT_FORM = 3.5, 4
# "chợ Nếnh", "cây xăng Phố Mới": one place in a commune. "bà Tròn": one person.
_LANDMARK, _NAME_PAIR = 3.0, 1.5
_SURNAME = re.compile(SURNAMES)
# The family name and at least two more: "VU THI LAN" is how a bank writes whose account it is.
_LEAST_HOLDER_NAMES = 3
_SITE_NAME = 14.0
# "huygiaodich" of it: what stands before may be run together with other words.
_SITE_PART, _LEAST_SITE_PART = 9.0, 8
_SENTENCE_END = re.compile(r"[.!?:;…\n]")
_SITE = re.compile(r"(?<![^\W_])(?<!-)[a-z0-9@!$]{1,30}(?:-[a-z0-9@!$]{2,30}){1,5}(?![\w-])")
_LEAST_SITE_NAME = 10
# In a site's name what looks like a letter is taken for it, whoever writes so, and a "j" of chat.
_LOOK_ALIKES = str.maketrans("013457l@!$j", "oieastiaisi")
_MONEY = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d{3}){1,3}|\d{1,9})(?:[.,](\d{1,2}))?\s?"
    r"(trieu|tr|cu|ty|k|nghin|ngan|d|dong|vnd)(?:(\d{1,3}))?(?![^\W_])"
)
# A road by its letters and number ("QL31") is one place.
_ROAD = re.compile(r"(?:ql|tl|dt|dh|ct)\d{1,4}[a-z]?")
_WHOLE_ROAD = re.compile(
    r"(?<![^\W_])(?:(ql|quoc lo)|(tl|dt|tinh lo|duong tinh))\.? ?(\d{1,4}[a-z]?)(?![^\W_])"
)
_ROAD_NAME = 3.5
# "2h chiều" and "14h" are one hour.
_HOUR = re.compile(
    r"(?<![\w.,:])(\d{1,2})\s?(?:h|gio|:)\s?(\d{2}|ruoi)?(?:\s?p|\s?phut)?"
    r"(?:\s(sang|trua|chieu|toi|dem|khuya))?(?![^\W_])"
)
_EXACT_TIME, _FULL_HOUR = 2.5, 1.5
_HALF_DAY, _MINUTES = 12, 60
# At night "2h" is after midnight, and "9h" before it.
_HOURS_TWICE = range(1, 12)
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
    details: frozenset[tuple[str, str]] = frozenset()
    """What one event has one of, with what it is: the colour of a coat, a name."""


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
    folded = [word.folded for word in words_of(text)]
    return IncidentTraits(
        _weighed_words(text, found, place_words),
        joining,
        tuple(communes),
        tuple(categories),
        frozenset(folded) & _banks(),
        frozenset(_details(folded)),
    )


def _details(folded: Sequence[str]) -> Iterator[tuple[str, str]]:
    """ "áo nâu", "bà cụ", "tên Mai": of another colour, person or name it is another event."""
    for one, other in pairwise(folded):
        if one in _WORN and other in _COLOURS:
            yield one, other
        elif (person := _PERSONS.get((one, other))) is not None:
            yield person
        elif one == "ten" and other not in _NO_NAMES:
            yield "ten", other


_WORN = frozenset(("ao", "quan", "vay", "mu", "dam"))
_COLOURS = frozenset(
    ("do", "xanh", "vang", "tim", "nau", "trang", "den", "cam", "hong", "xam", "be", "ghi")
)
_PERSONS = {
    **dict.fromkeys((("ba", "cu"), ("cu", "ba"), ("ba", "lao")), ("old", "woman")),
    **dict.fromkeys((("ong", "cu"), ("cu", "ong"), ("ong", "lao")), ("old", "man")),
    **dict.fromkeys((("be", "gai"), ("chau", "gai")), ("child", "girl")),
    **dict.fromkeys((("be", "trai"), ("chau", "trai")), ("child", "boy")),
}
# Behind "tên" where it means a rascal, or a name in general.
_NO_NAMES = frozenset(
    (
        *("la", "that", "gia", "cua", "toi", "em", "minh", "no", "nao", "gi", "goi", "day", "du"),
        *("trom", "cuop", "nay", "do", "kia", "lua", "sat", "con", "nguoi", "co", "mien", "tuoi"),
        *("cong", "shop", "nick", "tai", "chu", "dang", "facebook", "zalo", "tren", "va", "danh"),
    )
)


@cache
def _banks() -> frozenset[str]:
    """Of one word: two texts that name different ones speak of different matters."""
    return listed_words("bank")


# What the traits of two texts weigh. From _EVEN on they are more likely one event than two.
_ONE_COMMUNE, _OTHER_COMMUNE, _ONE_CATEGORY, _NEAR_CATEGORY = 4.0, -8.0, 2.0, 1.0
_OTHER_CATEGORY = -1.5
_ONE_INDICATOR, _OTHER_INDICATORS, _OTHER_BANK = 20.0, -8.0, -3.0
_OTHER_DETAIL = -4.0
_EVEN, _STEEP = 14.0, 0.5
# From half of the words on what both share makes a copy of it.
_COPY, _HALF_SHARED = 12.0, 0.5


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
        else:
            weight += _OTHER_CATEGORY
    if not one.indicators.isdisjoint(other.indicators):
        weight += _ONE_INDICATOR
    elif {kind for kind, _value in one.indicators} & {kind for kind, _value in other.indicators}:
        weight += _OTHER_INDICATORS
    if one.banks and other.banks and one.banks.isdisjoint(other.banks):
        weight += _OTHER_BANK
    weight += _OTHER_DETAIL * _other_details(one.details, other.details)
    if _tells_of_event(one) and _tells_of_event(other):
        weight += _COPY * max(_shared_part(one, other) - _HALF_SHARED, 0) / (1 - _HALF_SHARED)
    return weight


def _other_details(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> int:
    """How many details both tell, and each another one."""
    both = {kind for kind, _value in one} & {kind for kind, _value in other}
    return len(both - {kind for kind, _value in one & other})


def _tells_of_event(traits: IncidentTraits) -> bool:
    """Two greetings, or two questions about one procedure, are no event however alike they are."""
    known = known_categories().get(traits.categories[0]) if traits.categories else None
    return known is None or known.group not in ("service", "none")


def _shared_part(one: IncidentTraits, other: IncidentTraits) -> float:
    """Which part of everything that either tells is told by both, by what it is worth."""
    either = one.words.keys() | other.words.keys()
    if not either:
        return 0.0
    worth = {w: max(one.words.get(w, 0.0), other.words.get(w, 0.0)) for w in either}
    both = one.words.keys() & other.words.keys()
    return math.fsum(worth[w] for w in both) / math.fsum(worth.values())


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
            weighed.append((_key(word), _NAME))
        else:
            is_usual = usual.holds_any_of(word.start, word.end)
            weighed.append((_key(word), _worth(word.folded, is_usual=is_usual)))
    made: dict[str, float] = {}
    for folded, worth in weighed:
        made[folded] = max(worth, made.get(folded, 0.0))
    for (one, its), (other, others) in pairwise(weighed):
        if one and other:
            made[f"{one} {other}"] = _worth_of_pair(one, its, other, others)
    made |= _worth_of_forms(text, read)
    made |= dict.fromkeys(_landmarks(read, names, place_keys), _LANDMARK)
    return {each: worth for each, worth in made.items() if worth > 0}


def _key(word: TextWord) -> str:
    """Under what it is compared: a word nobody knows with the "i" that chat writes as "j"."""
    folded = word.folded
    return folded[0] + folded[1:].replace("j", "i") if "j" in folded[1:] else folded


def _landmarks(
    words: Sequence[TextWord], names: Collection[int], place_keys: Collection[str]
) -> Iterator[str]:
    """What bears a name, also that of its commune, which by itself tells nothing more."""
    for at, word in enumerate(words):
        if word.folded not in _NAMED_THINGS:
            continue
        beside = words[at + 1 : at + 5]
        name = next((each for each in beside if each.folded not in _KINDS_OF_PLACES), None)
        if name and (name.start in names or name.folded in place_keys):
            yield f"@{word.folded} {name.folded}"


def _worth_of_forms(text: str, words: Sequence[TextWord]) -> dict[str, float]:
    """What tells by its form: sums of money, hours, names of roads and of sites."""
    flat = flatten(text).flat
    made = {f"#{each}": _worth_of_number(str(each)) for each in _sums(flat)}
    for hour, minutes in _times_of_day(flat):
        made[f"at {hour}:{minutes:02}"] = _EXACT_TIME if minutes else _FULL_HOUR
    made |= {word.folded: _ROAD_NAME for word in words if _ROAD.fullmatch(word.folded)}
    for match in _WHOLE_ROAD.finditer(flat):
        made[f"{'ql' if match[1] else 'tl'}{match[3]}"] = _ROAD_NAME
    for name in _SITE.findall(flat):
        if len(name) >= _LEAST_SITE_NAME and not name.replace("-", "").isdigit():
            made |= _worth_of_site(name)
    return made


def _worth_of_site(name: str) -> dict[str, float]:
    parts = [part for part in name.split("-") if len(part) >= _LEAST_SITE_PART]
    made = {f"-{one.translate(_LOOK_ALIKES)}": _SITE_PART for one in parts if not is_known(one)}
    return made | {name.translate(_LOOK_ALIKES): _SITE_NAME}


def _names_in(text: str, words: Sequence[TextWord]) -> set[int]:
    """Where capital words stand that are no first of a sentence, short form, brand or thing."""
    if sum(map(str.isupper, text)) > sum(map(str.islower, text)):
        # Capitals throughout, perhaps but for a link: they tell no name.
        return set()
    found = _names_of_holders(text, words)
    others = words_listed_as("brands") | words_listed_as("things") | _apps()
    end = 0
    for word in words:
        written, between = text[word.start : word.end], text[end : word.start]
        is_start = not end or bool(_SENTENCE_END.search(between))
        end = word.end
        is_name = written[0].isupper() and (len(written) > _SHORT_FORM or not written.isupper())
        is_name = is_name and written.isalpha() and word.folded not in others
        if is_name and (not is_start or _is_capital_after(text, word)):
            found.add(word.start)
    return found


def _names_of_holders(text: str, words: Sequence[TextWord]) -> set[int]:
    """Where the words of "VU THI LAN" stand: capitals throughout, a family name first."""
    found: set[int] = set()
    run: list[TextWord] = []
    for word in [*words, None]:
        written = text[word.start : word.end] if word else ""
        follows = not run or (word and text[run[-1].end : word.start] == " ")
        if word and written.isupper() and written.isalpha() and follows:
            run.append(word)
            continue
        firsts = [at for at, each in enumerate(run) if _SURNAME.fullmatch(each.folded)]
        if firsts and len(run) - firsts[0] >= _LEAST_HOLDER_NAMES:
            found |= {each.start for each in run[firsts[0] :]}
        run = []
    return found


@cache
def _apps() -> frozenset[str]:
    return frozenset(("zalo", "facebook", "messenger", "tiktok", "shopee", "vneid", "post"))


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
    if min(its, others) > _MOST_OF_USUAL:
        return _PAIR
    if max(its, others) == _NAME:
        return _LANDMARK if one in _HAMLETS else _NAME_PAIR
    least = _MAY_BE_NAME if one in _HAMLETS or one in _TITLES else 0.0
    return max(min(_EVERYDAY_PAIR, its, others), least)


# The last word of what bears a name: "cây xăng", "vòng xuyến", "mầm non".
_NAMED_THINGS = frozenset(
    (
        *("cho", "cau", "doc", "xang", "xuyen", "chua", "dinh", "ga", "song", "ho", "dap", "deo"),
        *("hoi", "vien", "truong", "thpt", "thcs", "non", "kcn", "ben", "cang", "tho", "san", "mo"),
        *("tiem", "quan", "shop", "page", "karaoke", "ngam", "de"),
    )
)
_KINDS_OF_PLACES = frozenset(
    (
        "thi",
        "tran",
        "xa",
        "phuong",
        "thon",
        "tieu",
        "hoc",
        "mam",
        "non",
        "cap",
        "thcs",
        "thpt",
        "lang",
    )
)
# "xóm Ré", "cô Hạnh": what others write in small letters is known by its name here.
_HAMLETS = frozenset(("thon", "xom", "lang", "ban", "ap"))
_TITLES = frozenset(
    ("ong", "ba", "anh", "chi", "co", "chu", "bac", "cau", "di", "thay", "cu", "be", "chau", "nha")
)
# Worth nothing by itself: kept for a text in which the other word is a name.
_MAY_BE_NAME = 0.01
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


def _times_of_day(flat: str) -> set[tuple[int, int]]:
    """Hours from 0 to 23 with their minutes."""
    found = set()
    for match in _HOUR.finditer(flat):
        hour, minutes = int(match[1]), 30 if match[2] == "ruoi" else int(match[2] or 0)
        is_later = match[3] in ("chieu", "toi", "dem", "khuya") and hour in _HOURS_TWICE
        hour += _HALF_DAY * is_later
        if hour < 2 * _HALF_DAY and minutes < _MINUTES:
            found.add((hour, minutes))
    return found


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
