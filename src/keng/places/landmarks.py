"""Names that people know and no map of communes has: parks, stations, markets, crossings.

An operator lists them with the communes in which they lie. What is typed is compared without
accents, and the word for what it is ("KCN", "khu công nghiệp", "industrial park") may be any of its
spellings, before or after the name, or missing.
"""

import csv
from collections.abc import Iterator, Sequence

from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.language.fold import fold
from keng.places.landmark_names import LandmarkName, parse_landmark_name
from keng.places.models import Landmark, Place
from keng.places.serving import first_province_unit

LANDMARK_COLUMNS = ("name", "commune")
_LONGEST = 120
_MOST_FAULTS = 20
_SHORTEST_BEGINNING = 4


class FaultyTable(ValueError):
    """Lines that cannot be taken, so that nothing was; each with its number and the reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def find_landmarks(typed: str) -> list[Landmark]:
    """The landmarks somebody may mean, in each commune they lie in; those of the same sort first.

    The whole name, or the beginning of one; with its sort also inside a longer text ("cổng A KCN
    Quang Châu").
    """
    asked = parse_landmark_name(typed)
    if not asked.core:
        return []
    rows = [(row, parse_landmark_name(row.name)) for row in _all()]
    for fits in (_is_it, _begins_it, _holds_it):
        found = [row for row, name in rows if fits(asked, name)]
        if found:
            same = [row for row in found if parse_landmark_name(row.name).sort == asked.sort]
            return same or found
    return []


def _all() -> Iterator[Landmark]:
    rows = Landmark.objects.select_related("place__parent")
    return rows.order_by("folded", "place__code").iterator()


def _is_it(asked: LandmarkName, name: LandmarkName) -> bool:
    return asked.core == name.core and asked.sort in ("", name.sort)


def _begins_it(asked: LandmarkName, name: LandmarkName) -> bool:
    is_long = len(asked.core) >= _SHORTEST_BEGINNING
    return is_long and name.core.startswith(asked.core) and asked.sort in ("", name.sort)


def _holds_it(asked: LandmarkName, name: LandmarkName) -> bool:
    return bool(asked.sort) and asked.sort == name.sort and f" {name.core} " in f" {asked.core} "


@work()
def import_landmarks(lines: Sequence[str]) -> int:
    """Take a table of names and communes instead of what was listed before; how many rows.

    All or nothing. Raises FaultyTable; Unit.DoesNotExist where no province has a unit yet.
    """
    unit = first_province_unit()
    made = _read(lines)
    Landmark.objects.all().delete()
    Landmark.objects.bulk_create(made)
    record(
        "landmark.imported",
        by="operator",
        on=unit,
        chain=unit_chain(unit.pk),
        detail={"listed": len(made)},
    )
    return len(made)


def _read(lines: Sequence[str]) -> list[Landmark]:
    table = csv.DictReader(lines)
    if tuple(table.fieldnames or ()) != LANDMARK_COLUMNS:
        raise FaultyTable([f"line 1: the columns are {','.join(LANDMARK_COLUMNS)}"])
    kinds = [Place.Kind.WARD, Place.Kind.COMMUNE, Place.Kind.SPECIAL_ZONE]
    communes = {p.code: p for p in Place.objects.filter(kind__in=kinds, valid_to=None)}
    made: dict[tuple[str, str], Landmark] = {}
    faults = []
    for row in table:
        name, code = (row["name"] or "").strip(), (row["commune"] or "").strip()
        if not name or len(name) > _LONGEST or not parse_landmark_name(name).core:
            faults.append(f"line {table.line_num}: a name has 1 to {_LONGEST} letters")
        elif code not in communes:
            faults.append(f"line {table.line_num}: {code!r} is the code of no commune of today")
        else:
            folded = parse_landmark_name(name).core
            made[fold(name), code] = Landmark(name=name, folded=folded, place=communes[code])
    if faults:
        more = [f"… and {len(faults) - _MOST_FAULTS} more"] if len(faults) > _MOST_FAULTS else []
        raise FaultyTable(faults[:_MOST_FAULTS] + more)
    if not made:
        raise FaultyTable(["the table has no row; what was listed before stays"])
    return list(made.values())
