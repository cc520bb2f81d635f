"""Which commune a text speaks of: by its name of today or of before, a hamlet or a landmark in it.

Every name of the province that stands in the text is a mention with points: for how it is written
(with its marks, in capitals), for the words before it ("xã", "ở", "chợ" speak for a place, "đường",
"sông", "anh" against one; `data/place_cues.csv`), and for the places beside it. A mention with
enough points decides, unless another place has about as many, or several places bear the name and
nothing says which. What does not decide is ranked, for a person to choose from.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from keng.language.fold import fold
from keng.places import name_index
from keng.places.name_index import HAMLET, NamedPlace, NameIndex, NameKey
from keng.places.place_cues import CuedText
from keng.places.place_mentions import Mention, PlaceMentions
from keng.places.place_words import place_words, readable_text

DEFAULT_PROVINCE = "24"
# Decides from here on; and is called certain from there on.
_DECIDES, _CERTAIN = 4, 8
# Another place with so many points less is no rival.
_APART = 2
_OFFERED_FROM = 1
_LONGEST_TEXT = 6000
_MOST_WORDS = 4
_ROLES_OF_PLACES = ("hamlet_kind", "commune_kind", "in", "near", "way", "thing", "park", "seat")
_NO_LOCAL_NAMES = NameIndex(places={})


class Certainty(StrEnum):
    """How sure it is which commune a text speaks of."""

    CERTAIN = "certain"
    """Named beyond doubt: with its kind, or by words and places around it."""
    LIKELY = "likely"
    """Named, and little speaks for anything else."""
    UNSURE = "unsure"
    """Named perhaps, or several: a person chooses among the ranked ones."""
    NONE = "none"
    """No place of the province is named."""


@dataclass(frozen=True, slots=True)
class CommunesInText:
    """What a text says of where it is about."""

    commune: str | None
    """The code of the commune of today; None where a person has to choose, or nothing is named."""
    ranked: tuple[str, ...] = ()
    """Codes of communes of today that are perhaps named, best first."""
    certainty: Certainty = Certainty.NONE
    hamlets: tuple[str, ...] = ()
    """Codes of the hamlets that are named, those of the commune first."""
    words: str = ""
    """The words that name the commune, as they are written."""

    def may_be_about(self, commune_of_channel: str | None) -> tuple[str, ...]:
        """The codes of the communes it may be about, the likeliest first.

        What is named perhaps may be a hamlet of the commune that it was sent from.
        """
        if self.commune is not None or not commune_of_channel:
            return self.ranked
        return tuple(dict.fromkeys((*self.ranked, commune_of_channel)))


def communes_in_text(
    text: str,
    province_code: str = DEFAULT_PROVINCE,
    commune_of_channel: str | None = None,
    local_names: NameIndex = _NO_LOCAL_NAMES,
) -> CommunesInText:
    """Read which commune of the province, or of another one that is named beside it, is meant.

    `commune_of_channel` is the code of the commune from whose chat the text comes: it decides among
    namesakes and speaks for a name that is there, but never stands in for one. `local_names` are
    hamlets and landmarks. Only the first 6,000 characters are read.
    """
    index = name_index.province_index(province_code)
    readable = readable_text(text[:_LONGEST_TEXT])
    words = place_words(readable, index.glued)
    mentions = PlaceMentions(CuedText(words), index, local_names, province_code, commune_of_channel)
    return _Judgement(mentions).result(readable)


def names_beyond_tables(text: str) -> set[str]:
    """What may be the name of a hamlet or a landmark: the words behind a word for a place.

    Folded, in every length up to four words; for looking up `local_names`.
    """
    words = place_words(readable_text(text[:_LONGEST_TEXT]), {})
    cued = CuedText(words)
    found = set()
    for start in range(1, len(words)):
        cue = cued.cue_before(start)
        if cue is None or cue.role not in _ROLES_OF_PLACES:
            continue
        for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1):
            if end - start > 1 and words[end - 1].starts_clause:
                break
            part = words[start:end]
            found.add(" ".join(w.folded if w.is_mended else fold(w.spelled) for w in part))
    return found


class _Judgement:
    """The names in one text weighed against each other."""

    def __init__(self, mentions: PlaceMentions) -> None:
        self.mentions = mentions

    def result(self, text: str) -> CommunesInText:
        """What decides, and what is left to choose from."""
        self._join_neighbours()
        self._settle_namesakes()
        points = self._points_of_codes()
        ranked = sorted(
            (code for code in points if points[code][0] >= _OFFERED_FROM),
            key=lambda code: (-points[code][0], code != self.mentions.channel, points[code][1]),
        )
        if not ranked:
            return CommunesInText(None)
        best = ranked[0]
        first = points[best][2]
        rival = max((points[code][0] for code in ranked[1:]), default=0)
        is_clear = first.is_settled and points[best][0] - rival >= _APART
        hamlets = tuple(
            dict.fromkeys(
                place.code
                for mention in self.mentions.found
                if mention.points >= _DECIDES
                for place in mention.places
                if place.kind == HAMLET and (not is_clear or best in place.communes)
            )
        )
        if points[best][0] < _DECIDES or not is_clear:
            return CommunesInText(None, tuple(ranked), Certainty.UNSURE, hamlets)
        certainty = Certainty.CERTAIN if points[best][0] >= _CERTAIN else Certainty.LIKELY
        words = self.mentions.words[first.span.start : first.span.end]
        return CommunesInText(
            best, tuple(ranked), certainty, hamlets, text[words[0].start : words[-1].end]
        )

    def _join_neighbours(self) -> None:
        """ "An Bá, Sơn Động": the smaller one, then what it lies in."""
        for number in range(len(self.mentions.found) - 2, -1, -1):
            inner, outer = self.mentions.found[number], self.mentions.found[number + 1]
            if min(inner.points, outer.points) <= -4 and not outer.outside:
                continue
            if (inner.places or outer.outside) and self.mentions.stand_together(
                inner.span, outer.span
            ):
                self._join(inner, outer)

    def _join(self, inner: Mention, outer: Mention) -> None:
        """Take the outer name for what the inner place lies in, where it may be that."""
        inside = tuple(
            place
            for place in inner.places
            if outer.district in place.districts and outer.district is not None
        )
        codes = set(outer.codes)
        shared = tuple(place for place in inner.places if codes.intersection(place.communes))
        is_commune = outer.role == "commune_kind"
        if shared and inner.points >= 0 and _is_credible(outer):
            inner.places = tuple(
                replace(place, communes=tuple(code for code in place.communes if code in codes))
                for place in shared
            )
            inner.is_settled = True
            inner.points += 4
            outer.points = max(outer.points + 4, inner.points)
            return
        if inside and not is_commune and inner.points >= 0 and _is_credible(outer):
            inner.places, inner.is_settled = inside, True
            inner.points += 4
            outer.points = min(outer.points, 0) - 4
            return
        if outer.outside and self.mentions.province_code not in outer.outside:
            self._move_elsewhere(inner, outer)
            return
        if outer.district is not None and not is_commune and outer.role:
            return
        contains = is_commune or all(place.is_old for place in inner.places)
        if outer.places and outer.points >= 2 and contains and inner.role != "commune_kind":
            # Something smaller in it, that only bears the name of another commune.
            inner.points -= 5
            outer.points += 2

    def _move_elsewhere(self, inner: Mention, outer: Mention) -> None:
        """Another province is named behind it: the place of that name there, or none of ours."""
        found: tuple[NamedPlace, ...] = ()
        for code in outer.outside:
            there = name_index.province_index(code).places.get(inner.span.key, ())
            near = tuple(place for place in there if outer.span.key in place.districts)
            found += near or (there if outer.span.key in name_index.province_names() else ())
        found = tuple(p for p in found if self.mentions.is_spelled(inner.span, p.spelled)) or found
        inner.places = found
        inner.points = inner.points + 4 if found else -9

    def _settle_namesakes(self) -> None:
        """Which of the places of one name is meant: by what else is named, by the channel."""
        named = {
            mention.district
            for mention in self.mentions.found
            if mention.district is not None and _is_credible(mention)
        }
        sure = {
            mention.codes[0]
            for mention in self.mentions.found
            if len(mention.codes) == 1 and mention.points >= _DECIDES
        }
        channel = {self.mentions.channel or ""}
        reasons = [
            (sure, frozenset[NameKey]()),
            (set[str](), frozenset(named)),
            (channel, frozenset[NameKey]()),
            (set[str](), self._districts_of_channel()),
        ]
        for mention in self.mentions.found:
            for codes, districts in reasons:
                if mention.is_settled or len(mention.codes) < 2:
                    break
                _leave_of(mention, codes, districts)
            mention.is_settled = mention.is_settled or len(mention.codes) < 2

    def _districts_of_channel(self) -> frozenset[NameKey]:
        by_code = _districts_of_commune(self.mentions.province_code)
        return by_code.get(self.mentions.channel or "", frozenset())

    def _points_of_codes(self) -> dict[str, tuple[int, int, Mention]]:
        """For each commune its points, where its best mention stands, and that mention."""
        found: dict[str, tuple[int, int, Mention]] = {}
        for mention in self.mentions.found:
            for code in mention.codes:
                known = found.get(code)
                points = mention.points
                if known is None:
                    found[code] = (points, mention.span.start, mention)
                    continue
                more = 1 if min(points, known[0]) > 0 else 0
                if points > known[0]:
                    found[code] = (points + more, mention.span.start, mention)
                else:
                    found[code] = (known[0] + more, known[1], known[2])
        return found


def _is_credible(mention: Mention) -> bool:
    """Whether it may be taken as a reason for another one."""
    return mention.points >= 0 or mention.role in ("district_kind", "province_kind")


def _leave_of(mention: Mention, codes: set[str], districts: frozenset[NameKey]) -> None:
    """Of the places of the name those in these communes or districts, if there are any."""
    left = tuple(
        replace(place, communes=tuple(code for code in place.communes if code in codes))
        if codes.intersection(place.communes)
        else place
        for place in mention.places
        if codes.intersection(place.communes) or districts & place.districts
    )
    mention.places = left or mention.places


@lru_cache(maxsize=8)
def _districts_of_commune(province_code: str) -> dict[str, frozenset[NameKey]]:
    index = name_index.province_index(province_code)
    return {
        place.code: place.districts
        for places in index.places.values()
        for place in places
        if not place.is_old
    }
