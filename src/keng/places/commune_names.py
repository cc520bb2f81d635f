"""What a commune is called: today, by the names of those it was made of, and by their districts."""

from collections.abc import Iterable, Mapping
from functools import cache

from keng.places.tables import LAST_OLD_YEAR_TABLE, name_without_kind, table_rows

_KINDS_OF_DISTRICTS = ("Quận ", "Huyện ", "Thị xã ", "Thành phố ")


def names_of_communes(codes: Iterable[str]) -> frozenset[str]:
    """Every name of these communes and of the districts they lay in, without their kinds."""
    known = _names_by_code()
    return frozenset().union(*(known.get(code, frozenset()) for code in codes))


@cache
def _names_by_code() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in table_rows("communes.csv"):
        found.setdefault(row["code"], set()).add(row["name"])
    for row in table_rows(LAST_OLD_YEAR_TABLE):
        names = {name_without_kind(row["full_name"]), _name_of_district(row["district"])}
        for code in row["became"].split():
            found.setdefault(code, set()).update(names)
    return {code: frozenset(names) for code, names in found.items()}


def _name_of_district(full_name: str) -> str:
    for kind in _KINDS_OF_DISTRICTS:
        if full_name.startswith(kind):
            return full_name.removeprefix(kind)
    return full_name
