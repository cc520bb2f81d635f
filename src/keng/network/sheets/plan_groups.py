"""What importing a sheet would do, row by row, before anything is done."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keng.accounts.models import Post
from keng.channels.by_hand import BY_HAND
from keng.kit.sql_names import alphabetically
from keng.language.fold import fold
from keng.network.models import Group, Lead
from keng.network.queries import groups as group_queries
from keng.network.sheets import cells, group_row
from keng.network.sheets.group_row import GroupDraft, GroupRow
from keng.network.sheets.places_in_cells import Territory
from keng.network.sheets.plan_base import CellReader, SheetPlan
from keng.network.sheets.reading import Sheet, SheetLine
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer


GroupPlan = SheetPlan[GroupRow]


@dataclass(slots=True)
class KnownNetwork:
    """What stands in the database, read once for a whole sheet."""

    territory: Territory
    groups: dict[tuple[uuid.UUID, str], Group]
    leads: dict[uuid.UUID, list[Lead]]
    officers: dict[uuid.UUID, "list[Officer]"]
    home: uuid.UUID | None
    addresses: dict[tuple[str, str], uuid.UUID]
    """Where groups in use are reached, also those that the officer does not see."""
    alike: dict[tuple[uuid.UUID, str], list[Group]] = field(default_factory=dict)

    @classmethod
    def of_officer(cls, officer: "Officer") -> "KnownNetwork":
        """A number of queries that does not depend on the sheet."""
        groups = list(
            Group.objects.visible_to(officer)
            .select_related("place", "officer_in_charge")
            .prefetch_related("leads")
            .order_by(alphabetically(), "id")
        )
        leads: dict[uuid.UUID, list[Lead]] = {}
        for lead in Lead.objects.visible_to(officer).filter(stopped_at__isnull=True).order_by("id"):
            leads.setdefault(lead.unit_id, []).append(lead)
        officers: dict[uuid.UUID, list[Officer]] = {}
        posts = Post.objects.current().filter(unit_id__in=officer.unit_ids, officer__is_active=True)
        for post in posts.select_related("officer").order_by("officer_id"):
            there = officers.setdefault(post.unit_id, [])
            if post.officer not in there:
                there.append(post.officer)
        territory = Territory.of_officer(officer)
        by_name = {(group.unit_id, group.name): group for group in groups}
        addresses = group_queries.addresses_in_use()
        found = cls(territory, by_name, leads, officers, officer.home_unit_id, addresses)
        for group in groups:
            found.alike.setdefault((group.unit_id, fold(group.name)), []).append(group)
        return found


def plan_group_sheet(sheet: Sheet, answers: Mapping[str, str], *, by: "Officer") -> GroupPlan:
    """The plan of a sheet; `answers` by the key of the question."""
    known = KnownNetwork.of_officer(by)
    seen: dict[tuple[object, ...], int] = {}
    found = []
    for line in sheet.lines:
        row = _row(line, answers, known)
        for key in _keys(row):
            if key in seen:
                words = _("it repeats row %(number)d") % {"number": seen[key]}
                row = group_row.wrong_row(line, [words], row.notes)
                break
        for key in _keys(row):
            seen[key] = row.number
        found.append(row)
    return GroupPlan(tuple(found), sheet.digest)


def _keys(row: GroupRow) -> list[tuple[object, ...]]:
    """What no two rows of a sheet may share: the name in its unit, the group meant, its address."""
    draft = row.draft
    if draft is None:
        return []
    keys: list[tuple[object, ...]] = [(draft.unit_id, fold(draft.name))]
    if row.group_id:
        keys.append((row.group_id,))
    if draft.address and draft.is_active:
        keys.append(("address", draft.channel, draft.address))
    return keys


def _row(line: SheetLine, answers: Mapping[str, str], known: KnownNetwork) -> GroupRow:
    reader = CellReader(line, group_row.GROUP_HEADINGS)
    name = reader.parse("name", cells.parse_name)
    kind = reader.parse("kind", cells.parse_group_kind)
    place, question = _place(reader, answers, known)
    unit = _unit(reader, place, known) if place else None
    if question is not None and not reader.errors:
        return group_row.question_row(line, question, reader.notes)
    if reader.errors or name is None or kind is None or place is None or unit is None:
        return group_row.wrong_row(line, reader.errors, reader.notes)
    group = known.groups.get((unit.pk, name))
    if group is None and (near := known.alike.get((unit.pk, fold(name)))):
        answer = answers.get(f"same-{line.number}", "")
        group = next((one for one in near if str(one.pk) == answer), None)
        if group is None and answer != "new":
            return group_row.question_row(
                line, _question_same_group(line, name, near), reader.notes
            )
    draft = _draft(reader, group, known, name=name, kind=kind, place=place, unit_id=unit.pk)
    if draft is None:
        return group_row.wrong_row(line, reader.errors, reader.notes)
    return group_row.ready_row(line, draft, group, place, reader.notes)


def _place(
    reader: CellReader, answers: Mapping[str, str], known: KnownNetwork
) -> tuple[Place | None, group_row.RowQuestion | None]:
    words = reader.words("place")
    if not words:
        reader.errors.append(_("the place is missing"))
        return None, None
    found = known.territory.find_place(words)
    if found.choices:
        answer = answers.get(f"place-{reader.line.number}", "")
        chosen = next((one for one in found.choices if str(one.pk) == answer), None)
        if chosen is None:
            return None, _question_which_place(
                reader.line, words, found.choices, is_old=bool(found.was)
            )
        reader.notes.append(f"“{words}” → {chosen.full_name}")
        return chosen, None
    if found.place is None:
        told = {"words": words, "names": ", ".join(found.alike)}
        reader.errors.append(
            _("“%(words)s” is no place of your area. Meant perhaps: %(names)s") % told
            if found.alike
            else _("“%(words)s” is no place of your area") % told
        )
    elif found.was and found.since:
        reader.notes.append(
            _("“%(old)s” is an old name → %(new)s, since %(day)s")
            % {
                "old": words,
                "new": found.place.full_name,
                "day": f"{found.since.day}/{found.since.month}/{found.since.year}",
            }
        )
    elif found.was:
        reader.notes.append(f"“{words}” → {found.place.full_name}")
    return found.place, None


def _question_which_place(
    line: SheetLine, words: str, choices: Iterable[Place], *, is_old: bool
) -> group_row.RowQuestion:
    told = {"number": line.number, "words": words}
    text = (
        _("Row %(number)d: “%(words)s” was divided. Which place is it today?") % told
        if is_old
        else _("Row %(number)d: several places are called “%(words)s”. Which one?") % told
    )
    return group_row.RowQuestion(
        f"place-{line.number}", text, tuple((str(one.pk), one.in_full) for one in choices)
    )


def _question_same_group(
    line: SheetLine, name: str, near: Iterable[Group]
) -> group_row.RowQuestion:
    text = _("Row %(number)d: “%(name)s” is written nearly like a group that is there. Is it one?")
    options = [
        (str(one.pk), _("It is “%(name)s”; take the new spelling") % {"name": one.name})
        for one in near
    ]
    return group_row.RowQuestion(
        f"same-{line.number}",
        text % {"number": line.number, "name": name},
        (*options, ("new", _("A group of its own"))),
    )


def _unit(reader: CellReader, place: Place, known: KnownNetwork) -> Any:
    words, territory = reader.words("unit"), known.territory
    if not words:
        # No post: no unit either.
        unit = territory.unit_of(place) or territory.units.get(known.home)  # type: ignore[arg-type]
        if unit is None:
            reader.errors.append(_("no unit of yours serves this place"))
        return unit
    unit = territory.unit_named(words)
    if unit is None:
        reader.errors.append(_("“%(words)s” is no unit of yours") % {"words": words})
    elif not territory.serves(unit, place):
        told = {"unit": unit.name, "place": place.full_name}
        reader.errors.append(_("%(unit)s does not serve %(place)s") % told)
        return None
    return unit


def _draft(
    reader: CellReader, group: Group | None, known: KnownNetwork, *, place: Place, **given: Any
) -> GroupDraft | None:
    """The group as the sheet wants it; an empty cell leaves what is there."""
    unit = known.territory.units[given["unit_id"]]
    before = group_row.group_before(group)
    channel = reader.parse("channel", cells.parse_channel, before.channel)
    address = reader.words("address") or before.address
    members = reader.parse("members", cells.parse_members, before.members)
    active = reader.parse("active", cells.parse_yes_or_no, before.is_active)
    leads, officer = before.leads, before.officer
    if reader.words("leads") and not group_row.names_same_leads(
        reader.words("leads"), before.leads
    ):
        there = known.leads.get(unit.pk, [])
        found = reader.parse("leads", lambda words: cells.parse_leads(words, there, unit.name))
        leads = tuple(
            sorted({(lead.pk, lead.name) for lead in found or []}, key=lambda one: one[1])
        )
    if reader.words("officer") and reader.words("officer") != before.officer_name:
        staff = known.officers.get(unit.pk, [])
        chosen = reader.parse("officer", lambda words: cells.parse_officer(words, staff, unit.name))
        officer = (chosen.pk, str(chosen)) if chosen else None
    if channel != BY_HAND and not address:
        reader.errors.append(_("a group reached by machine needs its address"))
    holder = known.addresses.get((channel or "", address))
    if holder is not None and active and (group is None or holder != group.pk):
        reader.errors.append(_("another group in use has this address"))
    if len(address) > 120:
        reader.errors.append(_("the address has more than 120 letters"))
    if reader.errors:
        return None
    return GroupDraft(
        place_id=place.pk,
        channel=channel or BY_HAND,
        address="" if channel == BY_HAND else address,
        members=members or 0,
        is_active=active is not False,
        leads=leads,
        officer=officer,
        **given,
    )
