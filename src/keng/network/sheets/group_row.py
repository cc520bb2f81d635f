"""One row of the plan: a new group, a changed one, the same, a question, or what is wrong."""

import uuid
from dataclasses import dataclass
from typing import Any, Literal

from keng.channels.by_hand import BY_HAND
from keng.kit.templatetags.keng import number_in_sentence as grouped
from keng.network.forms.groups import group_channel_name
from keng.network.models import Group, GroupKind
from keng.network.sheets import cells
from keng.network.sheets.columns import GROUP_COLUMNS
from keng.network.sheets.plan_base import CellChange
from keng.network.sheets.reading import SheetLine
from keng.places.models import Place

GROUP_HEADINGS = {column.key: column.heading for column in GROUP_COLUMNS}


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group as it would stand afterwards."""

    name: str
    kind: str
    place_id: uuid.UUID
    unit_id: uuid.UUID
    channel: str
    address: str
    members: int
    is_active: bool
    leads: tuple[tuple[uuid.UUID, str], ...]
    officer: tuple[uuid.UUID, str] | None

    @property
    def kind_words(self) -> str:
        """The kind as a person reads it."""
        return str(GroupKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class GroupBefore:
    """What a sheet's empty cells leave as it is."""

    channel: str = BY_HAND
    address: str = ""
    members: int = 0
    is_active: bool = True
    leads: tuple[tuple[uuid.UUID, str], ...] = ()
    officer: tuple[uuid.UUID, str] | None = None

    @property
    def officer_name(self) -> str:
        return self.officer[1] if self.officer else ""


@dataclass(frozen=True, slots=True)
class RowQuestion:
    """Something only a person can decide."""

    key: str
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """What becomes of one row of the sheet."""

    number: int
    name: str
    state: Literal["new", "changed", "same", "choice", "wrong"]
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    question: RowQuestion | None = None
    draft: GroupDraft | None = None
    group_id: uuid.UUID | None = None
    changes: tuple[CellChange, ...] = ()
    place: str = ""

    @property
    def digest_parts(self) -> tuple[Any, ...]:
        """All that would be done, for the digest."""
        return (self.number, self.state, str(self.group_id), repr(self.draft), self.changes)


def group_before(group: Group | None) -> GroupBefore:
    """How a group stands now; the defaults for one that is new."""
    if group is None:
        return GroupBefore()
    charge = group.officer_in_charge
    return GroupBefore(
        group.channel,
        group.channel_address,
        group.member_count,
        group.is_active,
        _leads_of(group),
        (charge.pk, str(charge)) if charge else None,
    )


def _leads_of(group: Group) -> tuple[tuple[uuid.UUID, str], ...]:
    there = [(lead.pk, lead.name) for lead in group.leads.all() if lead.stopped_at is None]
    return tuple(sorted(there, key=lambda one: one[1]))


def names_same_leads(words: str, leads: tuple[tuple[uuid.UUID, str], ...]) -> bool:
    """Whether a cell names exactly the leads who are there."""
    named = sorted(" ".join(part.split()) for part in words.split(";") if part.strip())
    return named == sorted(name for _pk, name in leads)


def wrong_row(line: SheetLine, errors: list[str], notes: "list[str] | tuple[str, ...]") -> GroupRow:
    """A row that keeps the whole sheet from being imported."""
    name = line.cells.get("name", "")
    return GroupRow(line.number, name, "wrong", tuple(notes), tuple(dict.fromkeys(errors)))


def question_row(line: SheetLine, question: RowQuestion, notes: list[str]) -> GroupRow:
    """A row that waits for an answer."""
    name = line.cells.get("name", "")
    return GroupRow(line.number, name, "choice", tuple(notes), question=question)


def ready_row(
    line: SheetLine, draft: GroupDraft, group: Group | None, place: Place, notes: list[str]
) -> GroupRow:
    """A row that can be carried out."""
    changes = _changes(draft, group, place) if group else ()
    state: Literal["new", "changed", "same"] = "same"
    if group is None:
        state = "new"
    elif changes:
        state = "changed"
    return GroupRow(
        line.number,
        draft.name,
        state,
        tuple(notes),
        (),
        None,
        draft,
        group.pk if group else None,
        changes,
        place.full_name,
    )


def _changes(draft: GroupDraft, group: Group, place: Place) -> tuple[CellChange, ...]:
    old = group_before(group)
    compared = (
        ("name", group.name, draft.name),
        ("kind", str(GroupKind(group.kind).label), str(GroupKind(draft.kind).label)),
        ("place", group.place.full_name, place.full_name),
        ("channel", _channel(old.channel), _channel(draft.channel)),
        ("address", old.address, draft.address),
        ("members", grouped(old.members), grouped(draft.members)),
        ("leads", _names(old.leads), _names(draft.leads)),
        ("officer", old.officer_name, draft.officer[1] if draft.officer else ""),
        ("active", _yes(old.is_active), _yes(draft.is_active)),
    )
    differing = {key for key, first, second in compared if first != second}
    if group.place_id != draft.place_id:
        differing.add("place")
    if old.leads != draft.leads:
        differing.add("leads")
    return tuple(
        CellChange(str(GROUP_HEADINGS[key]), first, second)
        for key, first, second in compared
        if key in differing
    )


def _channel(code: str) -> str:
    return group_channel_name(code)


def _yes(is_so: bool) -> str:
    return str(cells.YES if is_so else cells.NO)


def _names(leads: tuple[tuple[uuid.UUID, str], ...]) -> str:
    return "; ".join(name for _pk, name in leads)
