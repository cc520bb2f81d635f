"""Finding a place by what people type: without accents, by an old name, or by one of many."""

import re
import uuid
from dataclasses import dataclass, field, replace

from django.db.models import Case, F, Func, Q, QuerySet, Value, When
from django.db.models.fields import FloatField

from keng.kit.sql_names import alphabetically
from keng.language.alphabet import alphabetical
from keng.language.fold import fold
from keng.places import landmarks
from keng.places.hamlet_names import without_hamlet_kind
from keng.places.landmark_names import parse_landmark_name
from keng.places.models import Place, Succession

_KIND = re.compile(r"^(?:xa|phuong|p|x|tt|thi tran|dac khu|thon|tdp|to dan pho)[ .]+(?=\S)")
_PROVINCE_KIND = re.compile(r"^(?:tinh|thanh pho|tp) (?=\S)")
_COMMUNES = [Place.Kind.WARD, Place.Kind.COMMUNE, Place.Kind.SPECIAL_ZONE]
_LIKELY = 0.35
_MOST_ALIKE = 12


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """One place somebody may mean. A name alone never identifies it, so it says more."""

    place: Place
    province: str
    # Old places inside it, by name, so that people recognise their own.
    old_names: list[str] = field(default_factory=list)
    # The old place that was meant, when the query was an old name.
    was: Place | None = None
    # An old place that was split: a person chooses between these.
    split_into: list[Place] = field(default_factory=list)
    # No place bears the name that was typed: this one only looks like it.
    only_alike: bool = False
    # What lies in this commune and was meant: a park, a station, a market.
    landmark: str = ""
    # A whole province was named: a person chooses one of its communes.
    communes: list[Place] = field(default_factory=list)

    @property
    def lies_in(self) -> str:
        """The commune of a hamlet, whose name many share, and the province."""
        hamlet = self.place.kind == Place.Kind.HAMLET and self.place.parent
        commune = self.place.parent.full_name if hamlet and self.place.parent else ""
        return ", ".join(filter(None, [commune, self.province]))


def find_places(query: str, province_code: str | None = None, limit: int = 20) -> list[PlaceMatch]:
    """Places for a query: the own province first, in it today's names before old ones.

    Accents, the kind ("xã", "phường") and what follows a comma are optional. Empty for a blank
    query. A province's name stands for its communes. What an operator listed as well known (a park,
    a station) comes before places of that name. A near miss in spelling is found when nothing else
    is, and says so.
    """
    words = _words(query)
    if not words:
        return []
    known = _landmark_matches(query)
    found = (
        _candidates(words)
        or _candidates(without_hamlet_kind(" ".join(words)).split())
        or _candidates(parse_landmark_name(query).core.split())
    )
    shown = {match.place.pk for match in known}
    known += [m for m in _matches(found, province_code) if m.place.pk not in shown or m.split_into]
    known = [*_province_matches(query), *known]
    if known:
        return sorted(known, key=lambda match: _rank(match, province_code))[:limit]
    whole = " ".join(words)
    alike = [*_similar_names(whole, province_code)[:_MOST_ALIKE]]
    return [replace(match, only_alike=True) for match in _matches(alike, province_code)][:limit]


def _rank(match: PlaceMatch, province_code: str | None) -> tuple[bool, bool, bool, bool]:
    return (
        not match.communes,
        match.place.province_code != province_code,
        not match.landmark,
        match.was is not None,
    )


def _landmark_matches(query: str) -> list[PlaceMatch]:
    found: dict[uuid.UUID, PlaceMatch] = {}
    provinces = dict(Place.objects.filter(kind=Place.Kind.PROVINCE).values_list("code", "name"))
    for one in landmarks.find_landmarks(query):
        province = provinces.get(one.place.province_code, "")
        found.setdefault(one.place_id, PlaceMatch(one.place, province, landmark=one.name))
    return list(found.values())


def _province_matches(query: str) -> list[PlaceMatch]:
    """The province of exactly this name, with its communes in the order of names."""
    name = _PROVINCE_KIND.sub("", " ".join(re.sub(r"[^\w]+", " ", fold(query)).split()))
    matches = []
    provinces = Place.objects.filter(kind=Place.Kind.PROVINCE, valid_to=None, folded=name)
    for province in provinces:
        communes = Place.objects.filter(
            kind__in=_COMMUNES, valid_to=None, province_code=province.code
        )
        ordered = sorted(communes, key=lambda place: alphabetical(place.name))
        if ordered:
            matches.append(PlaceMatch(province, province.name, communes=ordered))
    return matches


def _words(query: str) -> list[str]:
    folded = re.sub(r"[^\w\s,.-]", " ", fold(query)).strip()
    folded = _KIND.sub("", folded)
    return re.sub(r"[,.\-_\s]+", " ", folded).split()[:8]


def _candidates(words: list[str]) -> list[Place]:
    """The longest beginning that is a name wins; the words after it must fit its surroundings."""
    for count in range(len(words), 0, -1):
        name, rest = " ".join(words[:count]), words[count:]
        found = _fitting(Place.objects.filter(folded__in=_spellings(name)), rest)
        if not found and count == len(words):
            found = list(_searchable().filter(folded__startswith=name)[:60])
        if found:
            return found
    whole = " ".join(words)
    return list(_searchable().filter(folded__contains=whole)[:60])


def _spellings(name: str) -> list[str]:
    # "Phường 3" keeps its kind in its name, since a bare number names nothing.
    return [name, f"phuong {name}"] if name.isdigit() else [name]


def _searchable() -> QuerySet[Place]:
    found = Place.objects.exclude(kind=Place.Kind.PROVINCE).select_related("parent")
    return found.order_by("folded", "code")


def _fitting(places: QuerySet[Place], rest: list[str]) -> list[Place]:
    found = list(places.exclude(kind=Place.Kind.PROVINCE).select_related("parent__parent"))
    if not rest:
        return found
    wanted = [w for w in rest if w not in {"tinh", "huyen", "tp", "thanh", "pho", "thi", "xa"}]
    return [p for p in found if all(w in _surroundings(p) for w in wanted)]


def _surroundings(place: Place) -> str:
    provinces = Place.objects.filter(code=place.province_code, kind=Place.Kind.PROVINCE)
    names = [place.old_district, *provinces.values_list("full_name", flat=True)]
    if place.parent:
        names.append(place.parent.full_name)
    return fold(" ".join(names))


def _similar_names(name: str, province_code: str | None) -> QuerySet[Place]:
    """The own province first: whoever misspells a name mostly means one near by."""
    likeness = Func(F("folded"), Value(name), function="similarity", output_field=FloatField())
    likely = _searchable().alias(likeness=likeness).filter(likeness__gt=_LIKELY)
    is_elsewhere = Case(When(province_code=province_code or "", then=0), default=1)
    return likely.order_by(is_elsewhere, "-likeness")


def _matches(found: list[Place], province_code: str | None) -> list[PlaceMatch]:
    """What stands on these places today, the own province first."""
    old = [p for p in found if p.valid_to]
    became = _successors(old)
    today = {p.id for p in found if not p.valid_to}
    shown = [p for p in found if not p.valid_to]
    matches = []
    for place in old:
        new = became.get(place.id, [])
        # An old name that lives on in a place already listed would only repeat it.
        if len(new) == 1 and new[0].id in today:
            continue
        matches.append((new[0] if new else place, place, new if len(new) > 1 else []))
    shown_new = {p.id for p in shown} | {p.id for p, _was, _split in matches}
    inside = _old_names(shown_new)
    provinces = dict(Place.objects.filter(kind=Place.Kind.PROVINCE).values_list("code", "name"))
    result = [
        PlaceMatch(p, provinces.get(p.province_code, ""), inside.get(p.id, [])) for p in shown
    ] + [
        PlaceMatch(p, provinces.get(p.province_code, ""), inside.get(p.id, []), was, split)
        for p, was, split in matches
    ]
    result.sort(key=lambda m: (m.place.province_code != province_code, m.province))
    return result


def _successors(old: list[Place]) -> dict[uuid.UUID, list[Place]]:
    found: dict[uuid.UUID, list[Place]] = {}
    rows = (
        Succession.objects.filter(old__in=old)
        .select_related("new__parent")
        .order_by(alphabetically("new__name"))
    )
    for row in rows:
        found.setdefault(row.old_id, []).append(row.new)
    return found


def _old_names(ids: set[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    rows = Succession.objects.filter(new__in=ids).order_by("old__code")
    for new_id, name in rows.values_list("new_id", "old__full_name"):
        found.setdefault(new_id, []).append(name)
    return found


def current_place(code: str) -> Place | None:
    """The commune or province of today with this code."""
    return Place.objects.filter(
        Q(kind__in=[*_COMMUNES, Place.Kind.PROVINCE]), code=code, valid_to=None
    ).first()
