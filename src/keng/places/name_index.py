"""The names of a province's places, of today and of before July 2025, from our own tables.

Needs no database: hamlets and landmarks, which only an operator knows, are added by the caller.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from keng.language.fold import fold, spelling
from keng.language.words import folded_key
from keng.places.tables import LAST_OLD_YEAR_TABLE, name_without_kind, table_rows

NameKey = tuple[str, ...]
# The kind of a place that lies in a commune; this is read without the models, hence no member.
WARD, COMMUNE, TOWNSHIP = "ward", "commune", "township"
HAMLET = "hamlet"
_SHORTEST_TYPO = 6


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """One place that bears a name, and the communes of today in which it lies."""

    communes: tuple[str, ...]
    spelled: NameKey
    kind: str
    """ "ward", "commune", "township", "special_zone", "hamlet" or "landmark"."""
    code: str = ""
    """Its own code; none for a landmark."""
    is_old: bool = False
    sort: str = ""
    """Of a landmark: what it is, as `parse_landmark_name` says it."""
    districts: frozenset[NameKey] = frozenset()
    """The districts of before July 2025 in which it lay."""


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names as they are looked up: the words without marks, each with the places that bear it."""

    places: dict[NameKey, tuple[NamedPlace, ...]]
    districts: frozenset[NameKey] = frozenset()
    """The names of its old districts."""
    glued: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of two words and more, written as one."""
    misspelt: dict[str, tuple[NameKey, ...]] = field(default_factory=dict)
    """Names with one letter left out, and the whole ones: how a slip is found."""


def name_key(name: str) -> NameKey:
    """The words of a name as they are looked up."""
    return tuple(folded_key(word) for word in fold(name).replace("-", " ").split())


def name_spelling(name: str) -> NameKey:
    """The words of a name as they are spelled, the tone at one place."""
    return tuple(map(spelling, name.replace("-", " ").split()))


def make_index(
    named: Iterable[tuple[str, NamedPlace]], districts: Iterable[NameKey] = ()
) -> NameIndex:
    """An index of places by their names."""
    places: dict[NameKey, list[NamedPlace]] = {}
    glued: dict[str, tuple[str, ...]] = {}
    for name, place in named:
        places.setdefault(name_key(name), []).append(place)
        words = tuple(fold(name).replace("-", " ").split())
        if len(words) > 1:
            glued["".join(words)] = words
    misspelt: dict[str, list[NameKey]] = {}
    for key in places:
        for form in letters_left_out("".join(key)):
            misspelt.setdefault(form, []).append(key)
    return NameIndex(
        places={key: tuple(found) for key, found in places.items()},
        districts=frozenset(districts),
        glued=glued,
        misspelt={form: tuple(keys) for form, keys in misspelt.items()},
    )


def letters_left_out(word: str) -> set[str]:
    """The word, and the word without any one of its letters; nothing for a short one."""
    if len(word) < _SHORTEST_TYPO:
        return set()
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


@lru_cache(maxsize=8)
def province_index(province_code: str) -> NameIndex:
    """The names of the communes of one province; empty for a code that no province has."""
    return make_index(
        _named_in(province_code), {old.district for old in _old_communes().get(province_code, ())}
    )


@lru_cache(maxsize=1)
def province_names() -> dict[NameKey, tuple[str, NameKey]]:
    """Every province's name, of today and of before July 2025: its code of today, its spelling."""
    found = {
        name_key(row["name"]): (row["code"], name_spelling(row["name"]))
        for row in table_rows("provinces.csv")
    }
    home = _home()
    for row in table_rows(LAST_OLD_YEAR_TABLE):
        name = _without(row["province"], ("Tỉnh", "Thành phố"))
        found.setdefault(name_key(name), (home[row["became"][:5]], name_spelling(name)))
    found[("sai", "gon")] = (found[name_key("Hồ Chí Minh")][0], name_spelling("Sài Gòn"))
    return found


@lru_cache(maxsize=1)
def district_names() -> dict[NameKey, tuple[tuple[str, ...], NameKey]]:
    """Every old district's name in the country: the provinces of today it lay in, its spelling."""
    home = _home()
    found: dict[NameKey, dict[str, NameKey]] = {}
    for row in table_rows(LAST_OLD_YEAR_TABLE):
        name = district_name(row["district"])
        found.setdefault(name_key(name), {})[home[row["became"][:5]]] = name_spelling(name)
    return {key: (tuple(codes), next(iter(codes.values()))) for key, codes in found.items()}


def district_name(full_name: str) -> str:
    """Without its kind; "Quận 1" keeps it, since a bare number names nothing."""
    name = _without(full_name, ("Huyện", "Quận", "Thị xã", "Thị Xã", "Thành phố", "Thành Phố"))
    return full_name if name.isdigit() else name


@lru_cache(maxsize=4)
def listed_names(file_name: str) -> frozenset[NameKey]:
    """The names of one of our lists, without marks."""
    return frozenset(map(name_key, _listed_lines(file_name)))


@lru_cache(maxsize=4)
def listed_spellings(file_name: str) -> frozenset[NameKey]:
    """The same as they are spelled."""
    return frozenset(map(name_spelling, _listed_lines(file_name)))


def _listed_lines(file_name: str) -> list[str]:
    text = resources.files("keng.places").joinpath("data", file_name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


class _OldCommune(NamedTuple):
    code: str
    full_name: str
    district: NameKey
    became: tuple[str, ...]


@lru_cache(maxsize=1)
def _home() -> dict[str, str]:
    """The province of each commune of today."""
    return {row["code"]: row["province"] for row in table_rows("communes.csv")}


@lru_cache(maxsize=1)
def _old_communes() -> dict[str, list[_OldCommune]]:
    """The communes of before July 2025 by the provinces of today in which they lie."""
    home = _home()
    found: dict[str, list[_OldCommune]] = {}
    for row in table_rows(LAST_OLD_YEAR_TABLE):
        became = tuple(row["became"].split("+"))
        district = name_key(district_name(row["district"]))
        old = _OldCommune(row["code"], row["full_name"], district, became)
        for province_code in {home[code] for code in became}:
            found.setdefault(province_code, []).append(old)
    return found


def _named_in(province_code: str) -> Iterator[tuple[str, NamedPlace]]:
    lay_in: dict[str, set[NameKey]] = {}
    for old in _old_communes().get(province_code, ()):
        for code in old.became:
            lay_in.setdefault(code, set()).add(old.district)
        name = name_without_kind(old.full_name)
        kind = old.full_name.removesuffix(name).strip().lower()
        for each in _written(name):
            yield (
                each,
                NamedPlace(
                    communes=old.became,
                    spelled=name_spelling(each),
                    kind=_OLD_KINDS.get(kind, "ward"),
                    code=old.code,
                    is_old=True,
                    districts=frozenset({old.district}),
                ),
            )
    for row in table_rows("communes.csv"):
        if row["province"] == province_code:
            for each in _written(row["name"]):
                yield (
                    each,
                    NamedPlace(
                        communes=(row["code"],),
                        spelled=name_spelling(each),
                        kind=row["kind"],
                        code=row["code"],
                        districts=frozenset(lay_in.get(row["code"], ())),
                    ),
                )


_OLD_KINDS = {
    "xã": "commune",
    "phường": "ward",
    "thị trấn": "township",
    "đặc khu": "special_zone",
}


def _written(name: str) -> Iterator[str]:
    yield name
    number = name.removeprefix("Phường ")
    if number.isdigit():
        yield f"P {number}"
        yield f"P{number}"
        yield f"Phường {int(number):02}"


def _without(full_name: str, kinds: Iterable[str]) -> str:
    for kind in kinds:
        if full_name.startswith(f"{kind} "):
            return full_name.removeprefix(f"{kind} ")
    return full_name
