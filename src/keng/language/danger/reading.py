"""Which danger a text speaks of, by rules over ideas that stand near each other."""

import hashlib
import itertools
import os
import re
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from keng.kit.urgency import Urgency
from keng.language.danger.clues import Clue, clues_of_words, quick_score, weigh_clues
from keng.language.danger.danger_words import DangerWords, ideas_of_phrase
from keng.language.danger.table import (
    DANGER_MASK,
    DangerRule,
    calmers,
    danger_phrases,
    danger_rules,
)
from keng.language.disguise import flatten_readable, undisguised
from keng.language.fold import as_read, flatten, spelling
from keng.language.words import parts_of_words

# How many words may stand between two ideas of one rule, and before what calms it.
_NEAR = 16
_REACH = _NEAR + 8
# A denial stands right before what it denies ("không bị đánh").
_DENIES = 2
_QUOTES = 4
# From which sum of weights on it is danger. Chosen on sentences left out of the training.
THRESHOLD = -1.0
# What a rule calls a matter of minutes is outweighed by much only.
_OUTWEIGHS_LIFE = -1.5
# An answer of two or three words ("2 người") says nothing by itself that is no rule.
_FEW = 4
# Words that every question and every story has. Only accented ones: "con" may be a child.
_OF_EVERY_TEXT = frozenset(
    spelling(word)
    for word in (
        *("ai", "anh", "biết", "bạn", "chưa", "chị", "cái", "còn", "có", "cũng", "cả", "dạ", "em"),
        *("gì", "hả", "hở", "không", "kia", "là", "mà", "mình", "nhé", "nhỉ", "này", "nào", "nói"),
        *(
            "nữa",
            "rồi",
            "sao",
            "sẽ",
            "thì",
            "thấy",
            "thế",
            "tôi",
            "vâng",
            "vậy",
            "vẫn",
            "à",
            "đang",
        ),
        *("đâu", "đây", "đã", "đó", "đấy", "ơi", "ạ", "ở"),
    )
)
# From which sum on it is as clear as a rule.
_CLEAR = 1.5
_MINOR = re.compile(
    r"(?<!\w)(?:1[0-7]|[1-9])\s?(?:t|tuoi|years? old|yo|y/o|岁|살)(?!\w)"
    r"|(?<!\w)(?:1[0-7]|[1-9])[- ]?(?:year|month)s?[- ]?old"
    r"|(?<!\w)(?:be|chau|em be|con|tre) (?:\d|1\d|2\d) thang(?: tuoi)?(?!\w)"
    r"|(?<!\w)\d{1,2} thang tuoi(?!\w)"
    r"|(?<!\w)(?:hs |hoc sinh )?lop (?:1[0-2]|[1-9])(?!\d)"
    r"|(?<!\d)(?:1[0-7]|[1-9])\s?(?:岁|歲|살|세)"
)
_DIGIT = re.compile(r"\d")
# What every age has, of plain characters and before they are folded; most texts have none.
_MAY_BE_AGE = re.compile(r"\d[-–—\s]?[tTyYmM]|[pP] \d")
_BREATH = re.compile(r"[.,!?;:\n]")
# Sums that were added up in another order differ by less.
_ALMOST = 1e-6
# Over for now, and back tomorrow.
COMES_AGAIN = frozenset({"child", "home", "self_harm", "taken", "threat"})
# Nobody is called out of bed for a motorbike.
_OF_THINGS = frozenset({"theft"})
_OF_CHILDREN = frozenset({"child", "child_alone", "lost_child"})
# Whom to call, most needed first: 114 puts out and rescues, 115 is the ambulance.
POLICE_NUMBERS = ("113",)
_OF_FIRE_BRIGADE = frozenset({"fire", "rescue"})
_FIRE_IDEAS = ("FIRE", "GAS")
_AMBULANCE_IDEAS = ("GAS", "HURT")


class Danger(NamedTuple):
    """How soon somebody must look, which kind of danger it is, and the words that say so."""

    level: Urgency
    kind: str
    reasons: tuple[str, ...]
    is_clear: bool = True
    """Not only weighed, and just above the threshold: with a tick at "now" it is a call."""
    numbers: tuple[str, ...] = POLICE_NUMBERS
    """Whom to call, first the one that is needed most: 114 for fire, 115 for who is hurt."""


class _Hit(NamedTuple):
    """From the first word of a phrase to the one after its last."""

    start: int
    end: int
    is_weak: bool = False


_Hits = dict[str, list[_Hit]]


class _Held(NamedTuple):
    """A rule that holds, where, and how urgent it is there."""

    rule: DangerRule
    place: list[_Hit]
    level: Urgency


class _Found(NamedTuple):
    """A danger without a word of the text: only where its words stand."""

    level: Urgency
    kind: str
    places: tuple[tuple[int, int], ...]
    """From the first character to the one after the last, in the order of the text."""
    is_clear: bool = True
    numbers: tuple[str, ...] = POLICE_NUMBERS


class _Known:
    """What was found in the last texts, so that a list which asks again at each look reads once.

    By a hash under a key of this process; no word of a text is kept.
    """

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._key = os.urandom(32)
        self._lock = threading.Lock()
        self._read: dict[bytes, _Found | None] = {}

    def find(self, text: str) -> _Found | None:
        key = hashlib.blake2b(text.encode("utf-8", "replace"), key=self._key).digest()
        with self._lock:
            if key in self._read:
                return self._read[key]
        found = _find(text)
        with self._lock:
            if len(self._read) >= self._most:
                del self._read[next(iter(self._read))]
            self._read[key] = found
        return found


_known = _Known()


@lru_cache(maxsize=4)
def danger_in(text: str) -> Danger | None:
    """The gravest danger that a text speaks of; None when it speaks of none.

    Asked several times of each text that comes in, and read once.
    """
    source = undisguised(as_read(text))
    found = _known.find(source.readable)
    if found is None:
        return None
    places = tuple((source.start(start), source.end(end)) for start, end in found.places)
    reasons = _words_at(source.original, places)
    return Danger(found.level, found.kind, reasons, found.is_clear, found.numbers)


def danger_ideas_in(text: str) -> frozenset[str]:
    """The ideas of danger that a text shows, whether or not any danger is made of them.

    One that rests on a weak word has a question mark.
    """
    ideas = _looked_at(undisguised(as_read(text)).readable).hits.items()
    return frozenset(
        f"{name}?" if all(hit.is_weak for hit in theirs) else name for name, theirs in ideas
    )


class _LookedAt(NamedTuple):
    """A text with everything that the tables find in it."""

    words: DangerWords
    hits: _Hits
    held: list[_Held]
    of_phrases: list[Clue]


@lru_cache(maxsize=4)
def _looked_at(text: str) -> _LookedAt:
    words = DangerWords(text)
    return _LookedAt(words, *_look_for_phrases(words))


def _find(text: str) -> _Found | None:
    words, hits, held, of_phrases = _looked_at(text)
    level = min((each.level for each in held), default=None)
    least = _OUTWEIGHS_LIFE if level == Urgency.P0 else THRESHOLD
    if words.is_plain:
        score = quick_score(words, of_phrases)
        if score < least - _ALMOST:
            return None
        if level is not None and score > least + _ALMOST:
            return _found_by_rule(words, level, held, hits)
    weighed = weigh_clues(len(words), [*clues_of_words(words), *of_phrases])
    if weighed.score < least or (level is None and _says_nothing(words, hits)):
        return None
    if level is not None:
        return _found_by_rule(words, level, held, hits)
    kind = weighed.kind()
    spans = [_Hit(start, end) for _name, start, end in weighed.strongest(kind)[:_QUOTES]]
    # Nobody is called out of bed for what no rule has words for; it is looked at soon.
    is_clear = kind not in _OF_THINGS and weighed.score >= _CLEAR
    numbers = _numbers_to_call(kind, hits)
    return _Found(Urgency.P1, kind, _spots(words, spans), is_clear, numbers)


def _says_nothing(words: DangerWords, hits: _Hits) -> bool:
    """Whether no weight of its words makes it danger ("Còn gì nữa không?")."""
    return len(words) < _FEW or (not hits and _OF_EVERY_TEXT.issuperset(words.spelled))


def _found_by_rule(
    words: DangerWords, level: Urgency, held: Sequence[_Held], hits: _Hits
) -> _Found:
    gravest = [each for each in held if each.level == level]
    spans = [hit for each in gravest for hit in each.place]
    kind = gravest[0].rule.kind
    return _Found(level, kind, _spots(words, spans), numbers=_numbers_to_call(kind, hits))


def clues_in(text: str) -> set[str]:
    """The names of everything in a text that may be given a weight."""
    words = DangerWords(text)
    _hits_of_ideas, _held, of_phrases = _look_for_phrases(words)
    return {name for name, _start, _end in (*clues_of_words(words), *of_phrases)}


def _look_for_phrases(words: DangerWords) -> tuple[_Hits, list[_Held], list[Clue]]:
    """Where each idea stands, the rules that hold, and the clues that both are."""
    hits = _hits(words)
    clues: list[Clue] = []
    for name, theirs in hits.items():
        clear, weak = f"idea:{name}", f"weak:{name}"
        clues += [(weak if hit.is_weak else clear, hit.start, hit.end) for hit in theirs]
    held: list[_Held] = []
    for rule, place in _rules_that_hold(hits):
        start = min(hit.start for hit in place)
        end = max(hit.end for hit in place)
        if _is_calm(rule.kind, place, hits):
            clues.append(("calmed", start, end))
            continue
        level = _level(rule, place, hits)
        held.append(_Held(rule, place, level))
        clues.append(("rule", start, end))
        clues.append((f"rule:{level}", start, end))
        clues.append((f"rule:{rule.kind}.{level}", start, end))
        clues.append((f"rule:{'+'.join(rule.needed)}", start, end))
    return hits, held, clues


def numbers_to_call(text: str) -> tuple[str, ...]:
    """Whom to call for what a text tells, most needed first; the police where it tells nothing."""
    danger = danger_in(text)
    return danger.numbers if danger else POLICE_NUMBERS


def _numbers_to_call(kind: str, hits: _Hits) -> tuple[str, ...]:
    def speaks_of(ideas: Iterable[str]) -> bool:
        return any(not hit.is_weak for idea in ideas for hit in hits.get(idea, ()))

    is_fire = kind in _OF_FIRE_BRIGADE or speaks_of(_FIRE_IDEAS)
    is_hurt = kind == "health" or speaks_of(_AMBULANCE_IDEAS)
    # Words like "dizzy" or "shaking" are also those of who is afraid.
    is_hurt = is_hurt or (is_fire and speaks_of(["HELPLESS"]))
    numbers = ("114", *POLICE_NUMBERS) if is_fire else POLICE_NUMBERS
    return (*numbers, "115") if is_hurt else numbers


def is_about_child(text: str, topic: str = "") -> bool:
    """Whether a child is spoken of, or speaks: by the tile, an age, or the danger they are in."""
    if topic == "child":
        return True
    danger = danger_in(text)
    if danger is not None and danger.kind in _OF_CHILDREN:
        return True
    if parts_of_words(text) is not None and not _MAY_BE_AGE.search(text):
        return False
    return bool(_MINOR.search(flatten_readable(text).flat))


def calls_for_child_line(text: str, topic: str = "") -> bool:
    """Whether 111 belongs beside 113: a child is spoken of or speaks, or it is violence at home."""
    if topic == "violence" or is_about_child(text, topic):
        return True
    danger = danger_in(text)
    return danger is not None and danger.kind == "home"


def _rules_that_hold(hits: _Hits) -> Iterator[tuple[DangerRule, list[_Hit]]]:
    by_first, names = danger_rules(), set(hits)
    for name in hits:
        for rule in by_first.get(name, ()):
            if rule.all_needed <= names:
                for place in _places(rule, hits):
                    yield rule, place


def _hits(words: DangerWords) -> _Hits:
    index = danger_phrases()
    folded, spelled, in_names = words.folded, words.spelled, words.in_names
    neighbours, found = words.neighbours, dict[str, list[_Hit]]()
    begins = {i for i, each in enumerate(neighbours) if each in index.beginnings}
    for i in sorted(begins.union(itertools.compress(itertools.count(), words.ideas))):
        if i not in in_names:
            for idea, is_weak in words.ideas[i]:
                found.setdefault(idea, []).append(_Hit(i, i + 1, is_weak))
        if i not in begins:
            continue
        key, end = folded[i], i + 1
        while key in index.heads and end < len(folded):
            key, end = f"{key} {folded[end]}", end + 1
            if key in index.phrases:
                ideas = ideas_of_phrase(key, spelled[i:end], accented=words.accented)
                for idea, is_weak in ideas:
                    found.setdefault(idea, []).append(_Hit(i, end, is_weak))
    masks = found.pop(DANGER_MASK, [])
    if masks:
        found = _unmasked(found, masks)
    for hit in _ages(words):
        found.setdefault("MINOR", []).append(hit)
    return _undenied(words, found)


def _unmasked(found: _Hits, masks: list[_Hit]) -> _Hits:
    """Without the parts of longer words that mean something else ("cháy" in "cháy hàng")."""
    whole, until = set(masks), dict[int, int]()
    for mask in masks:
        for at in range(mask.start, mask.end):
            until[at] = max(until.get(at, 0), mask.end)
    kept = {
        idea: [hit for hit in hits if hit.end > until.get(hit.start, 0) or hit in whole]
        for idea, hits in found.items()
    }
    return {idea: hits for idea, hits in kept.items() if hits}


def _ages(words: DangerWords) -> Iterator[_Hit]:
    """The ages and school classes of children."""
    if True not in words.may_be_ages:
        return
    if not (_MAY_BE_AGE if words.is_plain else _DIGIT).search(words.text):
        return
    flat = flatten(words.text)
    at = 0
    for match in _MINOR.finditer(flat.flat):
        start, end = flat.start(match.start()), flat.end(match.end())
        while at < len(words) and words.ends[at] <= start:
            at += 1
        if at < len(words):
            last = at
            while last < len(words) and words.starts[last] < end:
                last += 1
            yield _Hit(at, max(last, at + 1))


def _undenied(words: DangerWords, found: _Hits) -> _Hits:
    """Without what is denied right before it, in the same breath."""
    denials = found.pop("NOT", [])
    if not denials:
        return found
    ends = {hit.end for hit in denials}
    starts = {hit.start for hit in denials}

    def is_denied(hit: _Hit) -> bool:
        if hit.start in starts:
            return False
        return any(
            at in ends and at > 0 and not _BREATH.search(words.between(at - 1, hit.start))
            for at in range(hit.start - _DENIES, hit.start + 1)
        )

    kept = {
        idea: hits if idea in _NEVER_DENIED else [hit for hit in hits if not is_denied(hit)]
        for idea, hits in found.items()
    }
    return {idea: hits for idea, hits in kept.items() if hits}


# People, times and cries stay what they are after a "không".
_NEVER_DENIED = frozenset(
    {"URGENT", "NOW", "FAMILY", "CHILD", "PERSON", "SMALL", "ELDER", "LONG_AGO", "YESTERDAY"}
)


# What tells when, who sees it or how it feels makes no weak word clear.
_HELPERS = frozenset({"NOW", "URGENT", "SCARED", "PERSON", "FOUND", "STRANGER", "NEIGHBOUR"})


def _places(rule: DangerRule, hits: _Hits) -> Iterator[list[_Hit]]:
    """Where the rule holds: for each place of its first idea the nearest ones of the others."""
    for first in hits[rule.needed[0]]:
        place = [first]
        for name in rule.needed[1:]:
            near = _nearest(first, hits.get(name, ()))
            if near is None:
                break
            place.append(near)
        else:
            if _is_clear(rule, place) and not any(
                _nearest(first, hits.get(name, ())) for name in rule.excluded
            ):
                yield place


def _is_clear(rule: DangerRule, place: list[_Hit]) -> bool:
    """At most one weak word, and beside it something that is clear by itself."""
    weak = sum(hit.is_weak for hit in place)
    if not weak:
        return True
    clear = (
        not hit.is_weak and name not in _HELPERS
        for name, hit in zip(rule.needed, place, strict=True)
    )
    return weak == 1 and any(clear)


def _nearest(hit: _Hit, others: Sequence[_Hit]) -> _Hit | None:
    """The nearest of these, which stand in their order; only those within reach are looked at."""
    best, least = None, _NEAR + 1
    first = bisect_left(others, (hit.start - _REACH,))
    for other in itertools.islice(others, first, None):
        if other.start > hit.end + _NEAR:
            break
        far = max(other.start - hit.end, hit.start - other.end, 0)
        if far < least and other != hit:
            best, least = other, far
    return best


def _is_calm(kind: str, place: list[_Hit], hits: _Hits) -> bool:
    """Something near says that it is a film, a drill, long ago; a cry for help outweighs it."""
    if "URGENT" in hits:
        return False
    return any(_nearest(place[0], hits.get(name, ())) for name in calmers().get(kind, ()))


def _level(rule: DangerRule, place: list[_Hit], hits: _Hits) -> Urgency:
    if rule.kind in _OF_THINGS:
        return Urgency.P1
    if any(_nearest(place[0], hits.get(name, ())) for name in ("LONG_AGO", "YESTERDAY")):
        return Urgency.P1
    if rule.level == Urgency.P0 or "URGENT" in hits or _nearest(place[0], hits.get("NOW", ())):
        return Urgency.P0
    return Urgency.P1


def _spots(words: DangerWords, spans: list[_Hit]) -> tuple[tuple[int, int], ...]:
    """The longest phrase at each place, in their order, by characters of the text."""
    kept: list[_Hit] = []
    for hit in sorted(set(spans), key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return tuple((words.starts[hit.start], words.ends[hit.end - 1]) for hit in kept)


def _words_at(text: str, places: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """What stands there, each phrase once."""
    return tuple(dict.fromkeys(text[start:end] for start, end in places))[:_QUOTES]
