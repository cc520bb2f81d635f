"""The names of places that stand in a text, each with points for being meant as a place."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from keng.language.disguise.syllables import cost_of, count_together
from keng.language.spoken_names import TYPED_GIVEN_NAMES
from keng.places import name_index
from keng.places.name_index import (
    COMMUNE,
    HAMLET,
    TOWNSHIP,
    WARD,
    NamedPlace,
    NameIndex,
    NameKey,
)
from keng.places.place_cues import Cue, CuedText
from keng.places.place_words import is_surname, is_syllable

_MOST_WORDS, _MOST_READINGS = 5, 64
# From which cost of each on, as a negative logarithm, words are no everyday ones where they were
# not counted together more often than names of places are.
_UNLIKELY, _MOST_TOGETHER = 6.1, 3
_EVERYDAY = "everyday_names.txt"
_STREETS = "street_names.txt"
# Family names that are no other words, even without marks and in small letters.
_PLAIN_SURNAMES = frozenset(("nguyen", "tran", "pham", "huynh", "phan", "bui", "trinh"))
# Behind the name: "Vo Cuong ward".
_ENGLISH_KINDS = frozenset(("ward", "commune"))
# The words between a family name and a given one, without marks.
_MIDDLE_NAMES = frozenset(
    name
    for line in (
        "quang minh xuan thanh duc ngoc thi van huu dinh tien hong hoang manh viet thu kim bao",
        "gia phuong hai anh tuan quoc trung hung hoai mi bich thui dieu dang cong trong the si",
        "toan tan phu phuc thai duy nhat",
    )
    for name in line.split()
)


@dataclass(frozen=True, slots=True)
class Span:
    """Where in the words of a text a name stands, and what may bear it."""

    start: int
    end: int
    key: NameKey
    is_typo: bool = False


@dataclass(slots=True)
class Mention:
    """A name in the text with what speaks for each place that bears it."""

    span: Span
    places: tuple[NamedPlace, ...]
    points: int
    role: str
    """The role of the cue before it; empty without one."""
    district: NameKey | None = None
    """The district of before July 2025 that it names as well."""
    outside: tuple[str, ...] = ()
    """Provinces that it names, or in which the district of that name lies."""
    is_settled: bool = False
    """Something said which of the places of this name is meant."""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code for place in self.places for code in place.communes))


class PlaceMentions:
    """The names in one text, weighed one by one; `found` has them in their order."""

    def __init__(
        self,
        text: CuedText,
        index: NameIndex,
        local_names: NameIndex,
        province_code: str,
        commune_of_channel: str | None,
    ) -> None:
        self.text = text
        self.words = text.words
        self.index = index
        self.local_names = local_names
        self.province_code = province_code
        self.channel = commune_of_channel
        self.found: list[Mention] = []
        for span in self._spans():
            mention = self._mention(span)
            self.found += [*self._before_elsewhere(mention), mention]

    def stand_together(self, inner: Span, outer: Span) -> bool:
        """Whether nothing but a kind of place stands between two names."""
        between = self.words[inner.end : outer.start]
        if len(between) > 2:
            return False
        kinds = {"commune_kind", "district_kind", "province_kind"}
        links = {("thuoc",), ("cu",)}
        at = 0
        while at < len(between):
            for count in (2, 1):
                part = between[at : at + count]
                cue = self.text.cue_of(part) if len(part) == count else None
                if (cue and cue.role in kinds) or tuple(w.folded for w in part) in links:
                    at += count
                    break
            else:
                return False
        clause = any(word.starts_sentence for word in self.words[inner.end : outer.start + 1])
        return not clause or any(len(w.folded) <= 2 for w in between)

    # Finding the names.

    def _spans(self) -> Iterator[Span]:
        """Names from left to right, the longest at each place; none inside another."""
        folded = [word.folded for word in self.words]
        at = 0
        while at < len(folded):
            span = self._span_at(folded, at)
            if span is None:
                at += 1
            else:
                yield span
                at = span.end

    def _span_at(self, folded: list[str], at: int) -> Span | None:
        if self.text.ends_long_cue(at + 1):
            # "công an Châu Minh" is no An Châu.
            return None
        for count in range(min(5, len(folded) - at), 0, -1):
            if any(word.starts_clause for word in self.words[at + 1 : at + count]):
                continue
            for key in self._keys_at(at, at + count):
                if self._is_known(key) and self._may_be_written(key, at, at + count):
                    return Span(at, at + count, key)
        return self._misspelt_at(folded, at)

    def _keys_at(self, start: int, end: int) -> Iterator[NameKey]:
        """These words as they are read; of several, mended ones in every way they may be meant."""
        words = self.words[start:end]
        yield tuple(word.folded for word in words)
        others = math.prod(1 + len(word.others) for word in words)
        if end - start > 1 and 1 < others <= _MOST_READINGS:
            yield from product(*((word.folded, *word.others) for word in words))

    def _is_known(self, key: NameKey) -> bool:
        return (
            key in self.index.places
            or key in self.local_names.places
            or (len(key) > 1 and key in name_index.province_names())
            or key in self.index.districts
            or (len(key) > 1 and key in name_index.district_names())
        )

    def _may_be_written(self, key: NameKey, start: int, end: int) -> bool:
        """Whether it is not plainly other words: in small letters, with other marks."""
        words = self.words[start:end]
        first = words[0]
        if not (first.is_capital or first.is_mended) and any(word.is_capital for word in words):
            return False
        if len(words) == 1 and self.text.starts_cue(start) and not words[0].is_capital:
            # "chợ Đồng Tiến" without marks: the market there, not Chờ.
            follows = end < len(self.words) and not self.words[end].starts_clause
            after = [word.folded for word in self.words[end : end + _MOST_WORDS]]
            if follows and any(self._is_known(tuple(after[:count])) for count in (2, 3, 4)):
                return False
        if all(word.is_bare for word in words) or all(word.is_capital for word in words):
            return True
        if any(word.is_mended for word in words):
            return True
        spelled = tuple(word.spelled for word in words)
        named = (*self.index.places.get(key, ()), *self.local_names.places.get(key, ()))
        areas = (
            name_index.province_names().get(key, ("", ()))[1],
            name_index.district_names().get(key, ((), ()))[1],
        )
        return spelled in areas or any(spelled == place.spelled for place in named)

    def _misspelt_at(self, folded: list[str], at: int) -> Span | None:
        """A name with one letter too few, too many or another, behind a word for a place."""
        cue = self.text.cue_before(at)
        if cue is None or cue.role not in ("commune_kind", "in"):
            return None
        for count in (3, 2):
            words = self.words[at : at + count]
            if len(words) < count or any(word.starts_clause for word in words[1:]):
                continue
            if not all(word.is_capital for word in words):
                continue
            typed = "".join(folded[at : at + count])
            keys = {
                key
                for form in name_index.letters_left_out(typed)
                for key in self.index.misspelt.get(form, ())
                if len(key) == count and _is_one_slip(typed, "".join(key))
            }
            if len(keys) == 1:
                return Span(at, at + count, keys.pop(), is_typo=True)
        return None

    def _before_elsewhere(self, outer: Mention) -> Iterator[Mention]:
        """A name right before another province or its district, which only that province knows."""
        if not outer.outside or self.province_code in outer.outside or outer.points > 0:
            return
        taken = self.found[-1].span.end if self.found else 0
        for end in range(outer.span.start, max(taken, outer.span.start - 3), -1):
            for start in range(max(taken, end - 4), end):
                key = tuple(word.folded for word in self.words[start:end])
                span = Span(start, end, key)
                if not self.stand_together(span, outer.span):
                    continue
                if any(key in name_index.province_index(code).places for code in outer.outside):
                    cue = self.text.cue_before(start)
                    points = cue.points if cue else 0
                    points += 2 if all(w.is_capital for w in self.words[start:end]) else 0
                    yield Mention(span, (), points, cue.role if cue else "")
                    return

    # Weighing one name.

    def _mention(self, span: Span) -> Mention:
        cue = self.text.cue_before(span.start, self._end_of_last_name(span.start))
        places = self._places_called(span, cue)
        provinces, districts = name_index.province_names(), name_index.district_names()
        outside: tuple[str, ...] = ()
        if self._reads_as_area(span, provinces.get(span.key, ("", ()))[1], cue):
            outside = (provinces[span.key][0],)
        elif self._reads_as_area(span, districts.get(span.key, ((), ()))[1], cue):
            outside = districts[span.key][0]
        mention = Mention(
            span=span,
            places=places,
            points=0,
            role=cue.role if cue else "",
            district=span.key if span.key in self.index.districts else None,
            outside=outside,
        )
        mention.points = self._points(mention, cue)
        return mention

    def _end_of_last_name(self, at: int) -> int:
        """Where a name of several words ends that stands right before, whose words are no cue."""
        last = self.found[-1] if self.found else None
        is_name = last is not None and len(last.span.key) > 1 and last.points >= 0
        return last.span.end if last and is_name and last.span.end <= at else 0

    def _places_called(self, span: Span, cue: Cue | None) -> tuple[NamedPlace, ...]:
        """What bears the name, with the marks that are written and of the kind that is said."""
        local = self.local_names.places.get(span.key, ())
        communes = self.index.places.get(span.key, ())
        if cue and cue.role == "hamlet_kind":
            found = tuple(place for place in local if place.kind == HAMLET) or communes
        elif cue and cue.sort:
            found = tuple(place for place in local if place.sort == cue.sort) or communes
        else:
            found = communes
        if not found and not all(word.isdigit() for word in span.key):
            found = local
        words = self.words[span.start : span.end]
        if self.text.is_marked or not all(word.is_bare for word in words):
            exact = tuple(place for place in found if self.is_spelled(span, place.spelled))
            found = exact or found
        if any(self.channel in place.communes for place in found):
            # Many wards were communes not long ago, and people go on calling them so.
            return found
        said = self._kind_said(span.start)
        return tuple(place for place in found if place.kind == said) or found

    def _kind_said(self, at: int) -> str:
        before = [word.folded for word in self.words[max(0, at - 2) : at]]
        if before[-1:] in (["phuong"], ["p"]):
            return WARD
        if before[-1:] in (["xa"], ["x"]):
            return COMMUNE
        return TOWNSHIP if before == ["thi", "tran"] or before[-1:] == ["tt"] else ""

    def is_spelled(self, span: Span, spelled: NameKey) -> bool:
        return self._spelled(span) == spelled

    def _spelled(self, span: Span) -> NameKey:
        return tuple(word.spelled for word in self.words[span.start : span.end])

    def _is_as_spelled(self, span: Span, spelled: NameKey) -> bool:
        words = self.words[span.start : span.end]
        return len(words) == len(spelled) and all(
            word.is_as_spelled(other) for word, other in zip(words, spelled, strict=True)
        )

    def _reads_as_area(self, span: Span, spelled: NameKey, cue: Cue | None) -> bool:
        """Whether a province or district is named: by its kind, in capitals, or with its marks."""
        if not spelled or span.is_typo:
            return False
        words = self.words[span.start : span.end]
        if any(
            word.spelled != other and not word.is_bare
            for word, other in zip(words, spelled, strict=True)
        ):
            return False
        has_kind = cue is not None and cue.role in ("district_kind", "province_kind")
        is_capital = all(word.is_capital for word in words)
        is_exact = self.text.is_marked and self.is_spelled(span, spelled)
        is_province = span.key in name_index.province_names()
        return has_kind or is_capital or is_exact or (is_province and not self.text.is_marked)

    def _points(self, mention: Mention, cue: Cue | None) -> int:
        if not mention.places:
            return 0
        span = mention.span
        points = self._points_of_writing(span, mention.places, cue)
        points += self._points_of_cue(mention, cue)
        points += self._points_of_neighbours(span, cue)
        has_kind = cue is not None and cue.role == "commune_kind"
        if mention.outside and span.key in name_index.province_names() and not has_kind:
            points -= 6
        if self.channel in mention.codes:
            points += 3
        return points

    def _points_of_writing(self, span: Span, places: Sequence[NamedPlace], cue: Cue | None) -> int:
        words = self.words[span.start : span.end]
        is_capital = all(word.is_capital for word in words) and not self.text.is_upper
        if len(words) == 1 and words[0].starts_sentence:
            is_capital = False
        is_exact = any(self.is_spelled(span, place.spelled) for place in places)
        points = self._points_of_spelling(span, places, is_capital=is_capital)
        role = cue.role if cue else ""
        if role == "commune_kind":
            is_doubtful = len(words) == 1 and not is_capital and self._is_ordinary(span, cue)
            is_doubtful = is_doubtful and self._kind_said(span.start) != TOWNSHIP
            return points - 4 if is_doubtful else points
        if self._is_ordinary(span, cue):
            points -= 1 if is_capital else 2
        if len(words) == 1:
            is_today = any(not place.is_old for place in places)
            is_plain = is_today and not self._is_ordinary(span, cue)
            points -= 0 if is_plain else 1 if (is_exact and is_capital) or role == "in" else 2
        is_near = any(self.channel in place.communes for place in places)
        if self._may_be_person(span.key) and not is_near:
            is_known = any(not place.is_old for place in places) or role in ("in", "thing", "park")
            points -= 1 if is_known else 2
        return points

    def _points_of_spelling(
        self, span: Span, places: Sequence[NamedPlace], *, is_capital: bool
    ) -> int:
        """With its marks, in capitals, mended, or with a slip."""
        words = self.words[span.start : span.end]
        is_bare = all(word.is_bare for word in words)
        is_exact = any(self.is_spelled(span, place.spelled) for place in places)
        has_marks = not all(part.isascii() for part in places[0].spelled)
        if span.is_typo:
            # A slip that makes no syllable is one; another syllable may be another place.
            return -3 if all(is_syllable(word.folded) for word in words) else 0
        if any(word.is_mended for word in words):
            is_whole = any(self._is_as_spelled(span, place.spelled) for place in places)
            return (4 if is_whole else 2) if is_capital else (2 if is_whole else 0)
        if is_exact and (self.text.is_marked or has_marks):
            return 4 if is_capital else 2
        if is_bare and not self.text.is_marked:
            is_clear = is_capital or _is_like_no_words(span.key)
            return 4 if is_clear else min(2, len(words))
        if is_bare:
            return 1 if is_capital else -1
        return 0 if is_capital else -4

    def _is_ordinary(self, span: Span, cue: Cue | None) -> bool:
        """Whether the name is an everyday word too; behind "ở" only what is said of any place."""
        if self.text.is_marked:
            key, listed = self._spelled(span), name_index.listed_spellings(_EVERYDAY)
        else:
            key, listed = span.key, name_index.listed_names(_EVERYDAY)
        if cue and cue.role == "in" and len(key) > 1:
            return (
                "o" if not self.text.is_marked else name_index.name_spelling("ở")[0],
                *key,
            ) in listed
        return key in listed

    def _may_be_person(self, key: NameKey) -> bool:
        if key in name_index.listed_names(_STREETS):
            return True
        if len(key) == 1:
            return key[0] in TYPED_GIVEN_NAMES
        return len(key) == 2 and key[0] in _MIDDLE_NAMES and key[1] in TYPED_GIVEN_NAMES

    def _points_of_cue(self, mention: Mention, cue: Cue | None) -> int:
        if cue is None:
            return self._points_of_position(mention.span)
        points = cue.points if self.text.is_marked else cue.bare_points
        kinds = {place.kind for place in mention.places}
        if cue.role == "street" and self._is_town(mention):
            return cue.bare_points + 6
        if cue.role == "hamlet_kind":
            return 6 if HAMLET in kinds else points
        if cue.sort and any(place.sort == cue.sort for place in mention.places):
            return 6
        if cue.role in ("district_kind", "province_kind"):
            return -8
        if cue.role == "park" and mention.district:
            # It bears the name of the whole district, and lies anywhere in it. What has one seat,
            # a hospital or a court, has it in the town, which is the commune of this name now.
            return -6
        if cue.role in ("thing", "people", "near", "park") and self._is_reached(mention.span.start):
            # "ở chợ", "ra cầu": the word before says that "cho" or "cau" is meant as a place.
            return max(points, cue.points) + 1
        return points

    def _is_town(self, mention: Mention) -> bool:
        """ "phố Chũ": a name of one word is no street's but the town's, if that is or was one."""
        span = mention.span
        if len(span.key) > 1 or self.words[span.start - 1].folded != "pho":
            return False
        is_ward = any(place.kind in (WARD, TOWNSHIP) for place in mention.places)
        return is_ward and self.words[span.start].is_capital

    def _is_reached(self, at: int) -> bool:
        """Whether a word for where stands before the cue of the name that begins here."""
        count = next(
            (n for n in (4, 3, 2, 1) if n <= at and self.text.cue_of(self.words[at - n : at])), 0
        )
        before = self.text.cue_before(at - count) if count else None
        return before is not None and before.role in ("in", "near", "way")

    def _points_of_position(self, span: Span) -> int:
        """A name that is a clause of its own, or ends an address."""
        starts, ends = self.words[span.start].starts_clause, self.text.ends_clause(span.end)
        if starts and ends:
            is_edge = span.end == len(self.words) or span.start == 0
            return (4 if is_edge else 3) + (3 if self._follows_place(span.start) else 0)
        if self._ends_street(span.start) or (ends and self._is_address(span.start)):
            return 4 if ends else 3
        begins = self.words[span.start].starts_sentence and not self._may_be_person(span.key)
        return 1 if begins else 0

    def _follows_place(self, start: int) -> bool:
        """Whether the clause before ends with something unknown that is said to be a place."""
        for count in (1, 2, 3):
            at = start - count
            if at < 1 or not self.words[at].is_capital or self.words[at].starts_clause:
                return False
            cue = self.text.cue_before(at)
            if cue is not None:
                return cue.role in ("in", "hamlet_kind", "near", "thing")
        return False

    def _ends_street(self, start: int) -> bool:
        """Whether the name of a street ends right before."""
        streets = name_index.listed_names(_STREETS)
        return any(
            tuple(word.folded for word in self.words[max(0, start - count) : start]) in streets
            for count in (2, 3, 4)
        )

    def _is_address(self, start: int) -> bool:
        """Whether a street with its own name stands before, in the same clause."""
        at = start - 1
        while at >= 0 and start - at <= 6:
            cue = self.text.cue_before(at)
            if cue and cue.role == "street" and start - at >= 2:
                return True
            if self.words[at].starts_clause:
                return False
            at -= 1
        return False

    def _points_of_neighbours(self, span: Span, cue: Cue | None) -> int:
        """A longer name, of a person mostly, or one that is said to be of before."""
        points = 0
        before = self.words[span.start - 1] if span.start else None
        after = self.words[span.end] if span.end < len(self.words) else None
        first = self.words[span.start]
        follows = self._ends_street(span.start) or self._ends_place(span.start)
        if before and cue is None and not (first.starts_clause or follows):
            is_name = before.is_capital and not before.starts_sentence and not self.text.is_upper
            if is_surname(before) and (before.is_capital or before.folded in _PLAIN_SURNAMES):
                points -= 6
            elif is_name and first.is_capital and is_syllable(before.folded):
                points -= 4
        if after and not after.starts_clause:
            if after.folded in _ENGLISH_KINDS and not self.text.is_marked:
                points += 4
            elif after.spelled in ("cũ", "mới") or (
                after.folded == "cu" and not self.text.is_marked
            ):
                points += 3
            elif (
                after.is_capital
                and first.is_capital
                and not self.text.is_upper
                and is_syllable(after.folded)
                and not self._starts_name_or_cue(span.end)
            ):
                points -= 4
        if self._is_in_capitals_alone(span):
            points -= 4
        return points

    def _ends_place(self, at: int) -> bool:
        last = self.found[-1] if self.found else None
        return last is not None and last.span.end == at and last.points > 0

    def _starts_name_or_cue(self, at: int) -> bool:
        after = [word.folded for word in self.words[at : at + _MOST_WORDS]]
        counts = range(1, len(after) + 1)
        is_name = any(self._is_known(tuple(after[:count])) for count in counts)
        return is_name or self.text.starts_cue(at)

    def _is_in_capitals_alone(self, span: Span) -> bool:
        """The holder of an account is written in capitals where nothing else is."""
        if self.text.is_upper or not all(w.is_upper for w in self.words[span.start : span.end]):
            return False
        before = self.words[max(0, span.start - 2) : span.start]
        around = [*before, *self.words[span.end : span.end + 2]]
        return any(word.is_upper and word.folded.isalpha() for word in around)


def _is_like_no_words(key: NameKey) -> bool:
    """Whether hardly anybody writes these words beside each other but as a name ("van mon")."""
    if len(key) < 2 or any(count_together(*pair) > _MOST_TOGETHER for pair in pairwise(key)):
        return False
    if ("o", *key) in name_index.listed_names(_EVERYDAY):
        return False
    return sum(map(cost_of, key)) >= _UNLIKELY * len(key)


def _is_one_slip(typed: str, name: str) -> bool:
    """Whether one letter more, less or another, or two in turn, make one of the other."""
    if typed == name or abs(len(typed) - len(name)) > 1:
        return False
    first = next(
        (i for i, (a, b) in enumerate(zip(typed, name, strict=False)) if a != b),
        min(len(typed), len(name)),
    )
    if len(typed) == len(name):
        rest, other = typed[first:], name[first:]
        return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    shorter, longer = sorted((typed, name), key=len)
    return shorter[first:] == longer[first + 1 :]
