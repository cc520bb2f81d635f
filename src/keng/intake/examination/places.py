"""Places that a text names with their kind ("xã Tân Dĩnh"), looked up in its own province."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from keng.language.fold import fold
from keng.places.models import Place

_NAMED = re.compile(
    r"(?<!\w)(?:xa|phuong|thi tran|dac khu|thon|to dan pho|tdp|khu pho)\s+((?:[a-z0-9]+[ -]?){1,4})"
)
_LONGEST = 4


@dataclass(frozen=True, slots=True)
class NamedPlaces:
    """What may be the names of places in one text, the longest of each place first."""

    province_code: str
    candidates: tuple[str, ...]


def place_names_in(text: str, province_code: str) -> NamedPlaces:
    """The words that follow a kind of place, in every length."""
    found: list[str] = []
    for match in _NAMED.finditer(fold(text)):
        words = match[1].split()[:_LONGEST]
        found += [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    return NamedPlaces(province_code, tuple(dict.fromkeys(found)))


def codes_of_named_places(named: Mapping[object, NamedPlaces]) -> dict[object, list[str]]:
    """For each text the codes of today's places with these names in its province, best first."""
    names = {name for one in named.values() for name in one.candidates}
    provinces = {one.province_code for one in named.values()}
    known: dict[tuple[str, str], list[str]] = {}
    if names:
        rows = Place.objects.filter(
            folded__in=names, province_code__in=provinces, valid_to__isnull=True
        ).exclude(kind=Place.Kind.PROVINCE)
        for place in rows.order_by("code"):
            known.setdefault((place.province_code, place.folded), []).append(place.code)
    return {
        key: list(
            dict.fromkeys(
                code for name in one.candidates for code in known.get((one.province_code, name), [])
            )
        )
        for key, one in named.items()
    }
