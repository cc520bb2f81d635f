"""A sheet of leads: its columns, and what importing it would do, row by row.

A lead is known again by name and position in the unit. A row that is refused keeps no other one
from being imported; nobody is removed because a sheet leaves them out; and whoever stopped, was
erased, or asked at an address to be left in peace, stays so whatever a sheet says.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.language.fold import fold
from keng.network.actions.lead_ways import (
    BY_EMAIL,
    BY_SMS,
    NoSuchAddress,
    TypedAddress,
    lead_name_mark,
    read_typed_address,
)
from keng.network.models import Group, Lead, LeadRefusal, LeadWay
from keng.network.sheets import cells
from keng.network.sheets.columns import SheetColumn, SheetLayout
from keng.network.sheets.places_in_cells import Territory
from keng.network.sheets.plan_base import CellChange, CellReader, SheetPlan
from keng.network.sheets.reading import Sheet, SheetLine

if TYPE_CHECKING:
    from keng.accounts.models import Officer

MOST_LEADS = 5000
LEAD_LAYOUT = SheetLayout(
    (
        SheetColumn(
            "name",
            gettext_lazy("Name of the lead"),
            gettext_lazy("As they are called there. With the position it tells leads apart."),
            is_required=True,
            also=("ho ten", "ho va ten", "dau moi", "full name"),
            example="Nguyễn Thị Ví Dụ",
        ),
        SheetColumn(
            "position",
            gettext_lazy("Position"),
            gettext_lazy("Principal of which school, class teacher of 4A2, head of which hamlet."),
            is_required=True,
            also=("chuc vu", "vai tro"),
            example="Tổ trưởng tổ dân phố 5",
        ),
        SheetColumn(
            "agreed",
            gettext_lazy("The lead has agreed"),
            gettext_lazy("Yes. Nobody is written down without it."),
            is_required=True,
            also=("da dong y", "dong y"),
            example=cells.YES,
        ),
        SheetColumn(
            "unit",
            gettext_lazy("Unit"),
            gettext_lazy("May stay empty: your own unit."),
        ),
        SheetColumn(
            "above",
            gettext_lazy("Answers to"),
            gettext_lazy("The name of a lead of that unit, or of another row. May stay empty."),
            also=("hieu truong", "nguoi phu trach", "cap tren"),
        ),
        SheetColumn(
            "groups",
            gettext_lazy("Groups in which they post"),
            gettext_lazy("Names as they stand under Groups, several with a semicolon between."),
            also=("nhom", "nhom zalo", "groups"),
        ),
        SheetColumn(
            "mailbox",
            gettext_lazy("E-mail address"),
            gettext_lazy("Is sealed. A first message there says who entered them and how to stop."),
            also=(BY_EMAIL, "e-mail", "thu dien tu"),
        ),
        SheetColumn(
            "phone",
            gettext_lazy("Telephone number"),
            gettext_lazy("Is sealed likewise, for text messages. Only where there is no e-mail."),
            also=("sdt", "so dien thoai", "dien thoai", "phone"),
        ),
    ),
    most_rows=MOST_LEADS,
)
_HEADINGS = {column.key: column.heading for column in LEAD_LAYOUT.columns}
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class LeadRow:
    """What becomes of one row."""

    number: int
    name: str
    state: str
    position: str = ""
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unit_id: uuid.UUID | None = None
    lead_id: uuid.UUID | None = None
    """Of a lead who is there."""
    above_id: uuid.UUID | None = None
    above_row: int | None = None
    """The superior is new, too: the number of that row."""
    groups: tuple[uuid.UUID, ...] = ()
    typed: TypedAddress | None = field(default=None, repr=False)
    replaces: str = field(default="", repr=False)
    """The hash of the address that it takes the place of."""
    changes: tuple[CellChange, ...] = ()
    above: str = ""
    """Of the superior the name, for the page."""

    @property
    def digest_parts(self) -> tuple[Any, ...]:
        """All that would be done, for the digest."""
        done = (self.lead_id, self.above_id, self.above_row, self.groups)
        address = (self.replaces, self.typed_hash)
        return (self.number, self.state, self.position, *map(str, done), *address)

    @property
    def typed_hash(self) -> str:
        return self.typed.hash.hex() if self.typed else ""


class LeadPlan(SheetPlan[LeadRow]):
    """Refused rows stay behind, in a file of their own; all others are imported."""

    @property
    def is_ready(self) -> bool:
        return True


@dataclass(slots=True)
class _Known:
    """What stands in the database, read once for a whole sheet."""

    territory: Territory
    home: uuid.UUID | None
    leads: dict[tuple[uuid.UUID, str], list[Lead]]
    groups: dict[tuple[uuid.UUID, str], Group]
    posts: dict[uuid.UUID, frozenset[uuid.UUID]]
    ways: dict[uuid.UUID, LeadWay]
    refused: frozenset[bytes]
    own_units: frozenset[uuid.UUID]

    @classmethod
    def of_officer(cls, officer: "Officer") -> "_Known":
        leads: dict[tuple[uuid.UUID, str], list[Lead]] = {}
        found = Lead.objects.visible_to(officer).select_related("above").order_by("id")
        for lead in found.prefetch_related("groups"):
            leads.setdefault((lead.unit_id, fold(lead.name)), []).append(lead)
        groups = Group.objects.visible_to(officer).filter(is_active=True)
        ways = LeadWay.objects.without_address().filter(lead__unit_id__in=officer.unit_ids)
        marks = LeadRefusal.objects.values_list("mark_hash", flat=True)
        return cls(
            Territory.of_officer(officer),
            officer.home_unit_id,
            leads,
            {(group.unit_id, fold(group.name)): group for group in groups},
            {
                lead.pk: frozenset(group.pk for group in lead.groups.all())
                for alike in leads.values()
                for lead in alike
            },
            {way.pk: way for way in ways},
            frozenset(bytes(mark) for mark in marks),
            officer.own_unit_ids,
        )

    def is_erased(self, unit_id: uuid.UUID, name: str) -> bool:
        """Whether somebody of this name was erased there or at a desk of the officer's own.

        A row that names another unit is no way around the mark.
        """
        units = {unit_id, *self.own_units}
        return any(lead_name_mark(unit, name) in self.refused for unit in units)


def plan_lead_sheet(sheet: Sheet, *, by: "Officer") -> LeadPlan:
    """What importing the sheet would do; nothing is changed."""
    known = _Known.of_officer(by)
    drafts = [_LeadLine(line, known) for line in sheet.lines]
    seen: dict[tuple[object, ...], int] = {}
    for draft in drafts:
        draft.read()
        key = (draft.unit_id, fold(draft.name), fold(draft.position))
        if not draft.errors and key in seen:
            draft.errors.append(_("it repeats row %(number)d") % {"number": seen[key]})
        elif not draft.errors:
            seen[key] = draft.line.number
    _find_superiors(drafts, known)
    return LeadPlan(tuple(draft.row() for draft in drafts), sheet.digest)


class _LeadLine:
    """Reads one line and collects what is wrong with it."""

    def __init__(self, line: SheetLine, known: _Known) -> None:
        self.line, self._known = _phone_is_no_formula(line), known
        self._cells = CellReader(self.line, _HEADINGS)
        self.errors, self._notes = self._cells.errors, self._cells.notes
        self.name = self.position = ""
        self.unit_id: uuid.UUID | None = None
        self.lead: Lead | None = None
        self.above_lead: Lead | None = None
        self.above_line: _LeadLine | None = None
        self._groups: tuple[Group, ...] = ()
        self._typed: TypedAddress | None = None
        self._replaces = ""

    def read(self) -> None:
        """All but the superior, who may stand in a later row."""
        self.name = self._cells.parse("name", _short_name) or ""
        self.position = self._cells.parse("position", _short_name) or ""
        if not self.position and not self.errors:
            self.errors.append(_("the position is missing"))
        if not self._cells.parse("agreed", cells.parse_yes_or_no):
            self.errors.append(_("nobody said that they agreed"))
        self.unit_id = self._unit()
        if self.unit_id is None or not self.name:
            return
        alike = self._known.leads.get((self.unit_id, fold(self.name)), [])
        self.lead = next((one for one in alike if fold(one.position) == fold(self.position)), None)
        is_stopped = self.lead is not None and self.lead.stopped_at is not None
        if is_stopped or (self.lead is None and any(one.stopped_at for one in alike)):
            self.errors.append(
                _("a lead of this name stopped. If they take part again, say so on their own page")
            )
        if self.lead is None and self._known.is_erased(self.unit_id, self.name):
            self.errors.append(
                _(
                    "somebody of this name asked to be erased. If they asked to take part again, "
                    "or if this is somebody else, add them by hand"
                )
            )
        self._groups = tuple(self._read_groups(self.unit_id))
        self._typed = self._read_address()

    def _unit(self) -> uuid.UUID | None:
        words = self._cells.words("unit")
        if not words:
            return self._known.home
        unit = self._known.territory.unit_named(words)
        if unit is None:
            self.errors.append(_("“%(words)s” is no unit of yours") % {"words": words})
            return None
        return unit.pk

    def _read_groups(self, unit: uuid.UUID) -> Iterator[Group]:
        for part in self._cells.words("groups").split(";"):
            named = " ".join(part.split())
            group = self._known.groups.get((unit, fold(named)))
            if named and group is None:
                self.errors.append(_("there is no group “%(name)s” in use") % {"name": named})
            elif group is not None:
                yield group

    def _read_address(self) -> TypedAddress | None:
        """What is to be written down; nothing where the lead chose for themselves, or refused."""
        channel, words = BY_EMAIL, self._cells.words("mailbox")
        if not words:
            channel, words = BY_SMS, self._cells.words("phone")
        if not words:
            return None
        try:
            typed = read_typed_address(channel, words)
        except NoSuchAddress as error:
            self.errors.append(str(error.sentence))
            return None
        way = self._known.ways.get(self.lead.pk) if self.lead else None
        there = bytes(way.address_hash or b"") if way is not None else b""
        if there == typed.hash:
            return None
        if way is not None and way.channel and way.confirmed_at and not way.gone_at:
            self._notes.append(_("the address is left out: they agreed to be told elsewhere"))
            return None
        if typed.hash in self._known.refused and self.lead is None:
            # Perhaps the same person under another name, or at another desk.
            self.errors.append(
                _("at this address somebody asked to hear nothing. Ask them, and add them by hand")
            )
        elif typed.hash in self._known.refused:
            self._notes.append(_("the address is left out: somebody there asked to hear nothing"))
        else:
            self._replaces = there.hex()
            return typed
        return None

    def find_superior(self, lines: Mapping[tuple[object, str], list["_LeadLine"]]) -> None:
        """In the unit or in the sheet, by name alone."""
        words = self._cells.words("above")
        if not words or self.unit_id is None or self.errors:
            return
        key = (self.unit_id, fold(words))
        there = [one for one in self._known.leads.get(key, []) if one.stopped_at is None]
        new = [one for one in lines.get(key, []) if one.lead is None and one is not self]
        if len(there) + len(new) == 1:
            self.above_lead, self.above_line = next(iter(there), None), next(iter(new), None)
            return
        told = {"name": words}
        self.errors.append(
            _("several leads are called “%(name)s”: choose on the page of the lead") % told
            if there or new
            else _("no lead “%(name)s” is there, nor in a row that can be imported") % told
        )

    def row(self) -> LeadRow:
        """The row of the plan."""
        if self.errors:
            errors = tuple(dict.fromkeys(self.errors))
            return LeadRow(
                self.line.number, self.name or self._cells.words("name"), "wrong", errors=errors
            )
        above = self.above_lead or (self.lead.above if self.lead else None)
        changes = self._changes() if self.lead else ()
        posts = self._known.posts.get(self.lead.pk, frozenset()) if self.lead else frozenset()
        return LeadRow(
            self.line.number,
            self.name,
            "new" if self.lead is None else "changed" if changes else "same",
            position=self.position,
            notes=tuple(self._notes),
            unit_id=self.unit_id,
            lead_id=self.lead.pk if self.lead else None,
            above_id=above.pk if above and self.above_line is None else None,
            above_row=self.above_line.line.number if self.above_line else None,
            groups=tuple(sorted(posts | {group.pk for group in self._groups})),
            typed=self._typed,
            replaces=self._replaces,
            changes=changes,
            above=self.above_line.name if self.above_line else above.name if above else "",
        )

    def _changes(self) -> tuple[CellChange, ...]:
        """Groups are only added by a sheet, and an address is never shown."""
        if self.lead is None:
            return ()
        found = []
        before = self.lead.above.name if self.lead.above else ""
        is_other = self.above_lead is not None and self.above_lead.pk != self.lead.above_id
        if self.above_line is not None or is_other:
            after = self.above_line.name if self.above_line else self._name_of_superior()
            found.append(CellChange(str(_HEADINGS["above"]), before, after))
        posts = self._known.posts.get(self.lead.pk, frozenset())
        added = [group.name for group in self._groups if group.pk not in posts]
        if added:
            found.append(CellChange(str(_HEADINGS["groups"]), "", "; ".join(added)))
        if self._typed is not None:
            heading = _HEADINGS["mailbox" if self._typed.channel == BY_EMAIL else "phone"]
            before = _("another one, sealed") if self._replaces else ""
            found.append(CellChange(str(heading), before, _("a new one, sealed")))
        return tuple(found)

    def _name_of_superior(self) -> str:
        return self.above_lead.name if self.above_lead else ""


def _find_superiors(drafts: list[_LeadLine], known: _Known) -> None:
    """Until nothing changes: whoever answers to a refused row is refused as well."""
    lines: dict[tuple[object, str], list[_LeadLine]] = {}
    for draft in drafts:
        if not draft.errors:
            lines.setdefault((draft.unit_id, fold(draft.name)), []).append(draft)
    for draft in drafts:
        draft.find_superior(lines)
    _refuse_circles(drafts, known)
    waiting = True
    while waiting:
        waiting = False
        for draft in drafts:
            above = draft.above_line
            if above is not None and above.errors and not draft.errors:
                told = {"number": above.line.number}
                draft.errors.append(_("row %(number)d, to whom they answer, is refused") % told)
                waiting = True


def _refuse_circles(drafts: list[_LeadLine], known: _Known) -> None:
    """Nobody stands above somebody who stands above them, by the sheet and what is there."""
    above: dict[object, object] = {
        lead.pk: lead.above_id for alike in known.leads.values() for lead in alike
    }
    for draft in drafts:
        if draft.above_line is not None:
            above[_key_of(draft)] = _key_of(draft.above_line)
        elif draft.above_lead is not None:
            above[_key_of(draft)] = draft.above_lead.pk
    for draft in drafts:
        if draft.above_line is None and draft.above_lead is None:
            continue
        start = _key_of(draft)
        step, passed = above.get(start), set()
        while step is not None and step != start and step not in passed:
            passed.add(step)
            step = above.get(step)
        if step == start:
            draft.errors.append(_("they would stand above whom they answer to"))


def _key_of(draft: _LeadLine) -> object:
    return draft.lead.pk if draft.lead else draft.line.number


def _short_name(words: str) -> str:
    """A name or a position. Raises cells.WrongCell."""
    cells.parse_name(words)
    if len(words) > _LONGEST:
        raise cells.WrongCell(_("“%(words)s…” has more than 120 letters") % {"words": words[:20]})
    return words


def _phone_is_no_formula(line: SheetLine) -> SheetLine:
    """ "+84 901 …" begins with a sign, and a spreadsheet drops the 0 before a number."""
    words = line.cells.get("phone", "")
    if not words:
        return line
    formulas = tuple(key for key in line.formulas if key != "phone")
    phone = f"0{words}" if words.isascii() and words.isdigit() and len(words) == 9 else words
    return SheetLine(line.number, {**line.cells, "phone": phone}, formulas)
