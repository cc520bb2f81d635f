"""A sheet of establishments: its columns, and what importing it would do, row by row."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit import times
from keng.kit.numbers import whole_number
from keng.language.fold import fold
from keng.network.models import Establishment, Group
from keng.network.sheets import cells
from keng.network.sheets.columns import SheetColumn, SheetLayout, in_both_languages
from keng.network.sheets.places_in_cells import Territory
from keng.network.sheets.plan_base import CellChange, CellReader, SheetPlan
from keng.network.sheets.reading import Sheet, SheetLine
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer

MOST_ROOMS = 2000
ESTABLISHMENT_LAYOUT = SheetLayout(
    (
        SheetColumn(
            "name",
            gettext_lazy("Name of the house"),
            gettext_lazy("As people call it: “Nhà trọ Hoa Mai”, “12 Nguyễn Trãi”."),
            is_required=True,
            also=("ten co so", "co so", "nha tro", "establishment"),
            example="Nhà trọ Ví Dụ",
        ),
        SheetColumn(
            "kind",
            gettext_lazy("Kind"),
            gettext_lazy("One of the kinds listed below."),
            is_required=True,
            also=("loai hinh", "loai co so"),
            example=Establishment.Kind.BOARDING_HOUSE.label,
        ),
        SheetColumn(
            "place",
            gettext_lazy("Place"),
            gettext_lazy("Commune, ward or hamlet. Old names are understood."),
            is_required=True,
            also=("noi", "xa, phuong", "xa phuong", "to dan pho", "thon"),
        ),
        SheetColumn(
            "contact",
            gettext_lazy("Contact person"),
            gettext_lazy("A name, of whoever agreed to be asked. No phone number."),
            also=("nguoi lien he", "chu co so", "chu nha tro", "chu tro"),
        ),
        SheetColumn(
            "agreed",
            gettext_lazy("The contact has agreed"),
            gettext_lazy("Yes. Without it the contact is not kept."),
            also=("da dong y",),
        ),
        SheetColumn(
            "rooms",
            gettext_lazy("Number of rooms"),
            gettext_lazy("A number, never a list of who lives there."),
            also=("so phong",),
            example="12",
        ),
        SheetColumn(
            "group",
            gettext_lazy("Group in which the contact reads along"),
            gettext_lazy("Its name, as it stands under Groups. May stay empty."),
            also=("nhom", "nhom zalo", "group"),
        ),
    )
)
_ALSO = {
    "boarding_house": ("nha tro", "phong tro", "khu tro"),
    "guesthouse": ("nha nghi", "khach san", "homestay"),
    "karaoke": ("karaoke", "quan karaoke"),
    "school": ("truong", "truong hoc"),
}
_HEADINGS = {column.key: column.heading for column in ESTABLISHMENT_LAYOUT.columns}


@dataclass(frozen=True, slots=True)
class EstablishmentRow:
    """What becomes of one row: `values` are the columns of the table."""

    number: int
    name: str
    state: str
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    house_id: uuid.UUID | None = None
    changes: tuple[CellChange, ...] = ()
    place: str = ""

    @property
    def digest_parts(self) -> tuple[Any, ...]:
        """All that would be done, for the digest."""
        values = sorted(map(repr, self.values.items()))
        return (self.number, self.state, str(self.house_id), values)

    @property
    def kind_words(self) -> str:
        return str(Establishment.Kind(self.values["kind"]).label)


EstablishmentPlan = SheetPlan[EstablishmentRow]


class _Known:
    """What stands in the database, read once for a whole sheet."""

    def __init__(self, officer: "Officer") -> None:
        self.territory = Territory.of_officer(officer)
        self.houses = {
            (house.unit_id, house.place_id, fold(house.name)): house
            for house in Establishment.objects.visible_to(officer).select_related("group", "place")
        }
        groups = list(Group.objects.visible_to(officer))
        self.names = {group.pk: group.name for group in groups}
        self.groups = {(g.unit_id, fold(g.name)): g for g in groups if g.is_active}


def plan_establishment_sheet(sheet: Sheet, *, by: "Officer") -> EstablishmentPlan:
    """What importing the sheet would do; nothing is changed."""
    known, found = _Known(by), []
    seen: dict[tuple[object, ...], int] = {}
    for line in sheet.lines:
        row = _Row(line, known).read()
        key = (row.values.get("unit_id"), row.values.get("place_id"), fold(row.name))
        if row.values and key in seen:
            told = _("it repeats row %(number)d") % {"number": seen[key]}
            row = EstablishmentRow(line.number, row.name, "wrong", (told,), row.notes)
        elif row.values:
            seen[key] = row.number
        found.append(row)
    return EstablishmentPlan(tuple(found), sheet.digest)


def parse_establishment_kind(words: str) -> str:
    """The code of a kind of house. Raises cells.WrongCell."""
    wanted = fold(words)
    for one in Establishment.Kind:
        if wanted in {one.value, *map(fold, in_both_languages(one.label)), *_ALSO[one.value]}:
            return str(one.value)
    known = "; ".join(str(one.label) for one in Establishment.Kind)
    raise cells.WrongCell(
        _("“%(words)s” is no kind of house. Kinds: %(kinds)s") % {"words": words, "kinds": known}
        if words
        else _("the kind is missing. Kinds: %(kinds)s") % {"kinds": known}
    )


def parse_rooms(words: str) -> int:
    """A count of rooms. Raises cells.WrongCell."""
    rooms = whole_number(words, most=MOST_ROOMS)
    if rooms is None:
        raise cells.WrongCell(_("“%(words)s” is not a number of rooms") % {"words": words})
    return rooms


class _Row:
    """Reads one line and collects what is wrong with it."""

    def __init__(self, line: SheetLine, known: _Known) -> None:
        self._line, self._known = line, known
        self._cells = CellReader(line, _HEADINGS)
        self._errors, self._notes = self._cells.errors, self._cells.notes

    def read(self) -> EstablishmentRow:
        """The row of the plan."""
        name = self._cells.parse("name", cells.parse_name) or ""
        code = self._cells.parse("kind", parse_establishment_kind)
        place = self._place(self._cells.words("place"))
        unit = self._known.territory.unit_of(place) if place else None
        if place and unit is None:
            self._errors.append(_("no unit of yours serves this place"))
        if not (name and code and place and unit):
            return self._wrong(self._cells.words("name"))
        house = self._known.houses.get((unit.pk, place.pk, fold(name)))
        if house is not None and not house.is_open:
            self._errors.append(_("this house is closed: say first that it opened again"))
        values = {"name": name, "kind": code, "place_id": place.pk, "unit_id": unit.pk}
        values |= self._rest(house, unit.pk)
        if self._errors:
            return self._wrong(name)
        changes = _changes(house, values, self._known.names) if house else ()
        state = "new" if house is None else "changed" if changes else "same"
        return EstablishmentRow(
            self._line.number,
            name,
            state,
            (),
            tuple(self._notes),
            values,
            house.pk if house else None,
            changes,
            place.full_name,
        )

    def _rest(self, house: Establishment | None, unit: uuid.UUID) -> dict[str, Any]:
        """What may stay empty; an empty cell leaves what is there."""
        contact, day = self._contact(house)
        count = self._cells.parse("rooms", parse_rooms, house.room_count if house else 0)
        group = house.group_id if house else None
        if named := self._cells.words("group"):
            there = self._known.groups.get((unit, fold(named)))
            if there is None:
                self._errors.append(_("there is no group “%(name)s” in use") % {"name": named})
            else:
                group = there.pk
        return {
            "contact": contact,
            "contact_agreed_on": day,
            "room_count": count or 0,
            "group_id": group,
        }

    def _contact(self, house: Establishment | None) -> tuple[str, datetime.date | None]:
        """Whoever agreed, and since when; without agreement nobody is kept."""
        before = (house.contact, house.contact_agreed_on) if house else ("", None)
        name = self._cells.parse("contact", cells.without_phone_number) or ""
        if not name or name == before[0]:
            return before
        if self._cells.parse("agreed", cells.parse_yes_or_no):
            return name[:120], times.local_date(times.now())
        self._notes.append(_("the contact is left out: nobody said that they agreed"))
        return before

    def _place(self, words: str) -> Place | None:
        if not words:
            self._errors.append(_("the place is missing"))
            return None
        found = self._known.territory.find_place(words)
        if found.choices:
            names = "; ".join(one.in_full for one in found.choices)
            told = {"words": words, "names": names}
            self._errors.append(
                _("“%(words)s” means several places: write one of %(names)s") % told
            )
        elif found.place is None:
            self._errors.append(_("“%(words)s” is no place of your area") % {"words": words})
        elif found.was:
            self._notes.append(f"“{words}” → {found.place.full_name}")
        return found.place

    def _wrong(self, name: str) -> EstablishmentRow:
        errors = tuple(dict.fromkeys(self._errors))
        return EstablishmentRow(self._line.number, name, "wrong", errors, tuple(self._notes))


def _changes(
    house: Establishment, values: Mapping[str, Any], names: Mapping[Any, str]
) -> tuple[CellChange, ...]:
    compared = (
        ("name", house.name, values["name"]),
        ("kind", house.get_kind_display(), str(Establishment.Kind(values["kind"]).label)),
        ("contact", house.contact, values["contact"]),
        ("rooms", str(house.room_count), str(values["room_count"])),
        ("group", names.get(house.group_id, ""), names.get(values["group_id"], "")),
    )
    return tuple(
        CellChange(str(_HEADINGS[key]), first, second)
        for key, first, second in compared
        if first != second
    )
