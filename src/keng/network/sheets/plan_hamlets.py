"""A sheet of hamlets: its columns, and what importing it would do, row by row.

A hamlet is known again by its name in its commune. One that the sheet leaves out stays, former
names and groups are only added, and a row that is refused keeps no other one out.
"""

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit.numbers import whole_number
from keng.kit.templatetags.keng import number_in_sentence as grouped
from keng.language.fold import fold
from keng.network.models import Group, Lead
from keng.network.queries.hamlets import former_names
from keng.network.sheets import cells
from keng.network.sheets.columns import SheetColumn, SheetLayout
from keng.network.sheets.places_in_cells import Territory
from keng.network.sheets.plan_base import CellChange, CellReader, SheetPlan
from keng.network.sheets.reading import Sheet, SheetLine
from keng.places.hamlet_names import (
    HAMLET_KINDS,
    full_hamlet_name,
    hamlet_kind,
    split_hamlet_name,
)
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit

MOST_HOUSEHOLDS_OF_HAMLET = 20_000
MOST_FORMER_NAMES = 10
LONGEST_HAMLET_NAME = 100
# "1.200" and "1 200", as people write a thousand.
_THOUSANDS = re.compile(r"(?<=\d)[. ](?=\d{3}$)")
HAMLET_LAYOUT = SheetLayout(
    (
        SheetColumn(
            "name",
            gettext_lazy("Name of the hamlet"),
            gettext_lazy("With or without its kind: “Thôn Đông”, “Đông”, “TDP 5”."),
            is_required=True,
            also=("thon", "to dan pho", "ten thon, to dan pho", "ten thon", "hamlet"),
            example="Đồi Thông",
        ),
        SheetColumn(
            "kind",
            gettext_lazy("Kind"),
            gettext_lazy("Thôn, bản, tổ dân phố … May stay empty where the name says it."),
            also=("loai", "loai hinh"),
            example="Thôn",
        ),
        SheetColumn(
            "commune",
            gettext_lazy("Commune or ward"),
            gettext_lazy("May stay empty at a desk of one commune. Old names are understood."),
            also=("xa, phuong", "xa phuong", "xa", "phuong", "noi"),
        ),
        SheetColumn(
            "former",
            gettext_lazy("Former names"),
            gettext_lazy("Several with a semicolon between. Searches find the hamlet by them too."),
            also=("ten cu", "ten truoc day"),
            example="Xóm 7; Xóm Lò Vôi",
        ),
        SheetColumn(
            "head",
            gettext_lazy("Head of the hamlet"),
            gettext_lazy("The name of a lead who agreed before. No phone number."),
            also=("truong thon", "to truong", "nguoi dung dau", "head"),
        ),
        SheetColumn(
            "groups",
            gettext_lazy("Groups that serve it"),
            gettext_lazy(
                "Names as they stand under Groups, several with a semicolon between. A group of "
                "several hamlets stays with the commune."
            ),
            also=("nhom", "nhom zalo", "groups"),
        ),
        SheetColumn(
            "households",
            gettext_lazy("Number of households"),
            gettext_lazy("A number, never a list of who lives there."),
            also=("so ho", "so nha", "so ho dan", "households", "houses"),
            example="214",
        ),
    )
)
_HEADINGS = {column.key: column.heading for column in HAMLET_LAYOUT.columns}


@dataclass(frozen=True, slots=True)
class HamletDraft:
    """A hamlet as it would stand afterwards; what is None or empty is left as it is."""

    commune_id: uuid.UUID
    unit_id: uuid.UUID
    kind: str
    name: str
    former: tuple[str, ...] = ()
    """Names to add, in full."""
    head_id: uuid.UUID | None = None
    groups: tuple[uuid.UUID, ...] = ()
    """Those that do not stand there yet."""
    household_count: int | None = None

    @property
    def full_name(self) -> str:
        return full_hamlet_name(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class HamletRow:
    """What becomes of one row."""

    number: int
    name: str
    state: str
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    draft: HamletDraft | None = None
    hamlet_id: uuid.UUID | None = None
    """Of a hamlet that is there."""
    changes: tuple[CellChange, ...] = ()
    commune: str = ""

    @property
    def digest_parts(self) -> tuple[Any, ...]:
        """All that would be done, for the digest."""
        return (self.number, self.state, str(self.hamlet_id), repr(self.draft), self.changes)


class HamletPlan(SheetPlan[HamletRow]):
    """Refused rows stay behind, in a file of their own; all others are imported."""

    @property
    def is_ready(self) -> bool:
        return True


class _Known:
    """What stands in the database, read once for a whole sheet."""

    def __init__(self, officer: "Officer") -> None:
        self.territory = Territory.of_officer(officer)
        places = list(self.territory.places.values())
        served = [p for p in places if p.kind not in (Place.Kind.PROVINCE, Place.Kind.HAMLET)]
        self.only_commune = served[0] if len(served) == 1 else None
        self.hamlets: dict[tuple[object, str], Place] = {}
        self.by_bare_name: dict[tuple[object, str], list[Place]] = {}
        for place in places:
            if place.kind == Place.Kind.HAMLET:
                self.hamlets[place.parent_id, fold(place.full_name)] = place
                bare = self.by_bare_name.setdefault((place.parent_id, fold(place.name)), [])
                bare.append(place)
        self.former = former_names([place.pk for place in self.hamlets.values()])
        self.groups = {
            (group.unit_id, fold(group.name)): group
            for group in Group.objects.visible_to(officer).filter(is_active=True)
        }
        leads = Lead.objects.visible_to(officer).filter(stopped_at__isnull=True)
        self.leads: dict[uuid.UUID, list[Lead]] = {}
        for lead in leads.order_by("id"):
            self.leads.setdefault(lead.unit_id, []).append(lead)
        self.heads = {lead.head_of_id: lead for lead in leads if lead.head_of_id}

    def hamlet_called(self, commune: Place, kind: str, name: str) -> Place | None:
        """A hamlet of today by its name; without a kind only where one alone is called so."""
        if kind:
            return self.hamlets.get((commune.pk, fold(full_hamlet_name(kind, name))))
        bare = self.by_bare_name.get((commune.pk, fold(name)), [])
        return bare[0] if len(bare) == 1 else None


def plan_hamlet_sheet(sheet: Sheet, *, by: "Officer") -> HamletPlan:
    """What importing the sheet would do; nothing is changed."""
    known, found, taken = _Known(by), [], _TakenByRows()
    for line in sheet.lines:
        row = _HamletLine(line, known).read()
        errors = taken.errors_of(row.draft, line.number) if row.draft else ()
        if errors:
            row = HamletRow(line.number, row.name, "wrong", errors, row.notes)
        found.append(row)
    return HamletPlan(tuple(found), sheet.digest)


@dataclass(slots=True)
class _TakenByRows:
    """Names, groups and heads that an earlier row of the sheet has, by the number of that row."""

    names: dict[tuple[uuid.UUID, str], int] = field(default_factory=dict)
    groups: dict[uuid.UUID, int] = field(default_factory=dict)
    heads: dict[uuid.UUID, int] = field(default_factory=dict)

    def errors_of(self, draft: HamletDraft, number: int) -> tuple[str, ...]:
        """Why the row cannot have them; where it can, they are its own from now on."""
        name = (draft.commune_id, fold(draft.full_name))
        heads = [draft.head_id] if draft.head_id else []
        same_group = _(
            "row %(number)d names the same group: one of several hamlets stays with the commune"
        )
        same_head = _("row %(number)d has the same head")
        repeated = [
            *([(_("it repeats row %(number)d"), self.names[name])] if name in self.names else []),
            *((same_group, self.groups[one]) for one in draft.groups if one in self.groups),
            *((same_head, self.heads[one]) for one in heads if one in self.heads),
        ]
        errors = [words % {"number": row} for words, row in repeated]
        if not errors:
            self.names[name] = number
            self.groups |= dict.fromkeys(draft.groups, number)
            self.heads |= dict.fromkeys(heads, number)
        return tuple(errors)


def parse_household_count(words: str) -> int:
    """How many households. Raises cells.WrongCell."""
    count = whole_number(_THOUSANDS.sub("", words), most=MOST_HOUSEHOLDS_OF_HAMLET)
    if count is None:
        raise cells.WrongCell(_("“%(words)s” is not a number of households") % {"words": words})
    return count


def parse_hamlet_kind(words: str) -> str:
    """The kind in its full spelling; none for an empty cell. Raises cells.WrongCell."""
    kind = hamlet_kind(words)
    if words and not kind:
        told = {"words": words, "kinds": "; ".join(HAMLET_KINDS)}
        raise cells.WrongCell(_("“%(words)s” is no kind of hamlet. Kinds: %(kinds)s") % told)
    return kind


def parse_hamlet_name(words: str) -> str:
    """A name, with or without its kind. Raises cells.WrongCell."""
    cells.parse_name(words)
    if len(words) > LONGEST_HAMLET_NAME:
        raise cells.WrongCell(_("“%(words)s…” has more than 100 letters") % {"words": words[:20]})
    return words


def parse_former_names(words: str) -> tuple[str, ...]:
    """Several names, in full. Raises cells.WrongCell."""
    names = [" ".join(part.split()) for part in cells.without_phone_number(words).split(";")]
    found: dict[str, str] = {}
    for name in filter(None, names):
        full = full_hamlet_name(*split_hamlet_name(parse_hamlet_name(name)))
        found.setdefault(fold(full), full)
    if len(found) > MOST_FORMER_NAMES:
        raise cells.WrongCell(_("more than 10 former names"))
    return tuple(found.values())


class _HamletLine:
    """Reads one line and collects what is wrong with it."""

    def __init__(self, line: SheetLine, known: _Known) -> None:
        self._line, self._known = line, known
        self._cells = CellReader(line, _HEADINGS)
        self._errors, self._notes = self._cells.errors, self._cells.notes

    def read(self) -> HamletRow:
        """The row of the plan."""
        commune = self._commune()
        unit = self._known.territory.unit_of(commune) if commune else None
        if commune and unit is None:
            self._errors.append(_("no unit of yours serves this place"))
        kind, name = self._name()
        if not (commune and unit and name):
            return self._wrong()
        former = self._cells.parse("former", parse_former_names) or ()
        hamlet = self._known.hamlet_called(commune, kind, name)
        if hamlet is None and not self._errors:
            hamlet = self._renamed(commune, former)
        if not kind:
            kind = self._kind_of(hamlet)
        draft = HamletDraft(
            commune.pk,
            unit.pk,
            kind,
            name,
            self._new_former_names(commune, hamlet, former),
            self._head(unit, hamlet),
            tuple(group.pk for group in self._groups(unit, hamlet)),
            self._cells.parse("households", parse_household_count),
        )
        if self._errors:
            return self._wrong()
        changes = self._changes(hamlet, draft) if hamlet else ()
        return HamletRow(
            self._line.number,
            draft.full_name,
            "new" if hamlet is None else "changed" if changes else "same",
            notes=tuple(self._notes),
            draft=draft,
            hamlet_id=hamlet.pk if hamlet else None,
            changes=changes,
            commune=commune.full_name,
        )

    def _name(self) -> tuple[str, str]:
        """Kind and name; a name may begin like a kind and not be one: “Sóc Sơn”."""
        words = self._cells.parse("name", parse_hamlet_name) or ""
        written, name = split_hamlet_name(words)
        kind = self._cells.parse("kind", parse_hamlet_kind, "") or ""
        if kind and written != kind:
            return kind, words
        return kind or written, name

    def _kind_of(self, hamlet: Place | None) -> str:
        """Where the sheet names none, that of the hamlet that is there."""
        if hamlet is None:
            self._errors.append(
                _("the kind of hamlet is missing. Kinds: %(kinds)s")
                % {"kinds": "; ".join(HAMLET_KINDS)}
            )
            return ""
        return hamlet.full_name.removesuffix(hamlet.name).strip()

    def _commune(self) -> Place | None:
        words = self._cells.words("commune")
        if not words:
            if self._known.only_commune is None:
                self._errors.append(_("the commune is missing"))
            return self._known.only_commune
        found = self._known.territory.find_place(words)
        if found.choices:
            told = {"words": words, "names": "; ".join(one.in_full for one in found.choices)}
            self._errors.append(
                _("“%(words)s” means several places: write one of %(names)s") % told
            )
        elif found.place is None or found.place.kind in (Place.Kind.PROVINCE, Place.Kind.HAMLET):
            self._errors.append(_("“%(words)s” is no commune of your area") % {"words": words})
            return None
        elif found.was:
            self._notes.append(f"“{words}” → {found.place.full_name}")
        return found.place

    def _renamed(self, commune: Place, former: tuple[str, ...]) -> Place | None:
        """The hamlet that stands there under what the sheet calls a former name."""
        found = [self._known.hamlets.get((commune.pk, fold(name))) for name in former]
        there = [place for place in found if place is not None]
        if len(there) > 1:
            told = {"names": "; ".join(place.full_name for place in there)}
            self._errors.append(
                _("%(names)s are several hamlets of today: rename one of them by hand") % told
            )
        return there[0] if len(there) == 1 else None

    def _new_former_names(
        self, commune: Place, hamlet: Place | None, former: tuple[str, ...]
    ) -> tuple[str, ...]:
        kept = {fold(name) for name in self._known.former.get(hamlet.pk, [])} if hamlet else set()
        for name in former:
            other = self._known.hamlets.get((commune.pk, fold(name)))
            if other is not None and other != hamlet:
                self._errors.append(_("“%(name)s” is a hamlet of today") % {"name": name})
        own = fold(hamlet.full_name) if hamlet else ""
        return tuple(name for name in former if fold(name) not in {own, *kept})

    def _head(self, unit: "Unit", hamlet: Place | None) -> uuid.UUID | None:
        """A lead who is there; the name of anybody else is left out, and said so."""
        words = self._cells.words("head")
        if not words:
            return None
        try:
            found = cells.parse_leads(words, self._known.leads.get(unit.pk, []), unit.name)
        except cells.WrongCell as error:
            self._notes.append(_("the head is left out: %(why)s") % {"why": error})
            return None
        if len(found) != 1:
            self._notes.append(_("the head is left out: a hamlet has one"))
            return None
        before = self._known.heads.get(hamlet.pk) if hamlet else None
        return None if found[0] == before else found[0].pk

    def _groups(self, unit: "Unit", hamlet: Place | None) -> list[Group]:
        """Those that do not stand in the hamlet yet."""
        found = []
        for part in self._cells.words("groups").split(";"):
            named = " ".join(part.split())
            group = self._known.groups.get((unit.pk, fold(named)))
            if named and group is None:
                self._errors.append(_("there is no group “%(name)s” in use") % {"name": named})
            elif group is not None and (hamlet is None or group.place_id != hamlet.pk):
                found.append(group)
        return found

    def _changes(self, hamlet: Place, draft: HamletDraft) -> tuple[CellChange, ...]:
        known = self._known
        head = known.heads.get(hamlet.pk)
        leads = {lead.pk: lead.name for lead in known.leads.get(draft.unit_id, [])}
        groups = {group.pk: group.name for group in known.groups.values()}
        found = []
        if draft.full_name != hamlet.full_name:
            found.append(CellChange(str(_HEADINGS["name"]), hamlet.full_name, draft.full_name))
        if draft.former:
            found.append(CellChange(str(_HEADINGS["former"]), "", "; ".join(draft.former)))
        if draft.head_id:
            before = head.name if head else ""
            found.append(CellChange(str(_HEADINGS["head"]), before, leads[draft.head_id]))
        if draft.groups:
            added = "; ".join(groups[key] for key in draft.groups)
            found.append(CellChange(str(_HEADINGS["groups"]), "", added))
        if draft.household_count is not None and draft.household_count != hamlet.household_count:
            before = "" if hamlet.household_count is None else grouped(hamlet.household_count)
            after = grouped(draft.household_count)
            found.append(CellChange(str(_HEADINGS["households"]), before, after))
        return tuple(found)

    def _wrong(self) -> HamletRow:
        errors = tuple(dict.fromkeys(self._errors))
        name = self._cells.words("name")
        return HamletRow(self._line.number, name, "wrong", errors, tuple(self._notes))
