"""Communes in texts with what only the database knows: the hamlets and landmarks of an operator."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from keng.places.communes_in_text import CommunesInText, communes_in_text, names_beyond_tables
from keng.places.landmark_names import parse_landmark_name
from keng.places.models import Landmark, Place, Succession
from keng.places.name_index import (
    NamedPlace,
    NameIndex,
    make_index,
    name_spelling,
    province_index,
)

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text, the province it is read for, and the commune from whose channel it came, if any."""

    text: str
    province_code: str
    commune_of_channel: str | None = None


def communes_in_texts(texts: Mapping[_Key, PlacedText]) -> dict[_Key, CommunesInText]:
    """Read several texts, with one look at the hamlets and landmarks for all of them."""
    local = local_names(texts.values())
    return {
        key: communes_in_text(
            one.text, one.province_code, one.commune_of_channel, local[one.province_code]
        )
        for key, one in texts.items()
    }


def local_names(texts: Iterable[PlacedText]) -> dict[str, NameIndex]:
    """By province the hamlets, landmarks and communes beyond our tables that may be named."""
    wanted: dict[str, set[str]] = {}
    for one in texts:
        wanted.setdefault(one.province_code, set()).update(names_beyond_tables(one.text))
    return {code: make_index(_named(code, names)) for code, names in wanted.items()}


def _named(province_code: str, names: set[str]) -> Iterator[tuple[str, NamedPlace]]:
    if not names:
        return
    known = {
        place.code for places in province_index(province_code).places.values() for place in places
    }
    rows = Place.objects.filter(
        folded__in=names, province_code=province_code, valid_to__isnull=True
    ).exclude(kind=Place.Kind.PROVINCE)
    for place in rows.select_related("parent").order_by("code"):
        lies_in = place.parent if place.kind == Place.Kind.HAMLET else place
        if lies_in is None or place.code in known:
            continue
        yield (
            place.name,
            NamedPlace((lies_in.code,), name_spelling(place.name), place.kind, place.code),
        )
    yield from _former_hamlets(province_code, names)
    landmarks = Landmark.objects.filter(folded__in=names, place__province_code=province_code)
    for row in landmarks.select_related("place").order_by("folded", "place__code"):
        name = parse_landmark_name(row.name)
        yield (
            name.core,
            NamedPlace((row.place.code,), name_spelling(name.core), "landmark", sort=name.sort),
        )


def _former_hamlets(province_code: str, names: set[str]) -> Iterator[tuple[str, NamedPlace]]:
    """Hamlets of today by the names that they had before."""
    rows = Succession.objects.filter(
        old__folded__in=names,
        old__kind=Place.Kind.HAMLET,
        new__kind=Place.Kind.HAMLET,
        new__province_code=province_code,
        new__valid_to__isnull=True,
    )
    for row in rows.select_related("old", "new__parent").order_by("new__code", "old__code"):
        if row.new.parent is not None:
            name = name_spelling(row.old.name)
            yield (
                row.old.name,
                NamedPlace((row.new.parent.code,), name, Place.Kind.HAMLET, row.new.code),
            )


def commune_code_of(place: Place | None) -> str | None:
    """The code of the commune of today in which a place lies; None for a province."""
    if place is not None and place.kind == Place.Kind.HAMLET:
        place = place.parent
    if place is None or place.kind == Place.Kind.PROVINCE or place.valid_to is not None:
        return None
    return place.code
