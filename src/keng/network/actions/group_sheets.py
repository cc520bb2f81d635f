"""Taking over a sheet of groups, all of it or nothing; and writing down who took one out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.acts.act import act
from keng.acts.errors import ChangedMeanwhile, Incomplete
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, savepoint
from keng.audit.actions import record, unit_chain
from keng.network import acts
from keng.network.models import Group
from keng.network.sheets.group_row import GroupRow
from keng.network.sheets.plan_groups import GroupPlan, plan_group_sheet
from keng.network.sheets.reading import Sheet

if TYPE_CHECKING:
    import uuid

    from keng.accounts.models import Officer

_FIELDS = [
    "name",
    "kind",
    "place",
    "channel",
    "channel_address",
    "address_changed_at",
    "member_count",
    "officer_in_charge",
    "is_active",
]


class PlanNotReady(Incomplete):
    """The sheet still has mistakes or open questions."""

    sentence = _("Not done: the sheet still has mistakes or open questions.")


class PlanChanged(ChangedMeanwhile):
    """What importing would do is no longer what the officer was shown."""


def may_keep_network(officer: "Officer") -> bool:
    """Whoever works at a desk."""
    return WORKING.includes(officer)


@act(acts.IMPORT_GROUPS)
def import_groups(
    sheet: Sheet, answers: Mapping[str, str], *, shown: str, by: "Officer"
) -> GroupPlan:
    """All rows of the sheet; `shown` is the digest of the plan that the officer agreed to.

    Raises NotAllowed, PlanNotReady or PlanChanged, and then nothing was changed.
    """
    permit_anywhere()
    try:
        with savepoint():
            return _import(sheet, answers, shown=shown, by=by)
    except IntegrityError as error:
        # Somebody wrote down a group of this name or address at the same moment.
        raise PlanChanged from error


def _import(sheet: Sheet, answers: Mapping[str, str], *, shown: str, by: "Officer") -> GroupPlan:
    groups = _lock_changed(plan_group_sheet(sheet, answers, by=by), by)
    # Once more, with what changes held: nobody else's relay waits for the reading of a sheet.
    found = plan_group_sheet(sheet, answers, by=by)
    if not found.is_ready:
        raise PlanNotReady
    if found.digest != shown or {row.group_id for row in found.changed} - groups.keys():
        raise PlanChanged
    made = [_fill_from_row(Group(), row) for row in found.new]
    kept = [_fill_from_row(groups[row.group_id], row) for row in found.changed if row.group_id]
    Group.objects.bulk_create(made)
    Group.objects.bulk_update(kept, _FIELDS)
    rows = [*found.new, *found.changed]
    _set_leads({group.pk: row for group, row in zip([*made, *kept], rows, strict=True)})
    _record(found, by)
    return found


def _lock_changed(planned: GroupPlan, by: "Officer") -> "dict[uuid.UUID, Group]":
    """The groups that would be changed, and no other of the province."""
    ids = [row.group_id for row in planned.changed if row.group_id]
    visible = Group.objects.visible_to(by).filter(pk__in=ids)
    return {group.pk: group for group in lock(visible)}


def _fill_from_row(group: Group, row: GroupRow) -> Group:
    draft = row.draft
    if draft is None:
        raise PlanNotReady
    group.name, group.kind, group.place_id = draft.name, draft.kind, draft.place_id
    group.unit_id = draft.unit_id
    group.reach_by(draft.channel, draft.address)
    group.member_count, group.is_active = draft.members, draft.is_active
    group.officer_in_charge_id = draft.officer[0] if draft.officer else None
    return group


def _set_leads(rows: "Mapping[uuid.UUID, GroupRow]") -> None:
    """Those of the sheet, of all its groups at once; leads who stopped stay with what they once
    passed on."""
    link = Group.leads.through
    there = link.objects.filter(group__in=rows).values_list(
        "pk", "group", "lead", "lead__stopped_at"
    )
    wanted = {
        (group, lead) for group, row in rows.items() if row.draft for lead, _name in row.draft.leads
    }
    gone = []
    for pk, group, lead, stopped in there:
        if (group, lead) in wanted:
            wanted.discard((group, lead))
        elif stopped is None:
            gone.append(pk)
    link.objects.filter(pk__in=gone).delete()
    link.objects.bulk_create(link(group_id=group, lead_id=lead) for group, lead in sorted(wanted))


def _record(found: GroupPlan, by: "Officer") -> None:
    """One entry a unit, in a fixed order, so that two imports at once never deadlock."""
    counts: dict[uuid.UUID, dict[str, int]] = {}
    for row in found.rows:
        if row.draft:
            count = counts.setdefault(row.draft.unit_id, {"new": 0, "changed": 0, "same": 0})
            count[row.state] += 1
    for unit_id, count in sorted(counts.items()):
        if count["new"] or count["changed"]:
            detail = {**count, "sheet": found.sheet}
            record("group.imported", by=by, on=None, chain=unit_chain(unit_id), detail=detail)


@act(acts.EXPORT_GROUPS)
def export_groups(count: int, *, form: str, by: "Officer") -> None:
    """Put on record that a list of groups left the desk. Raises NotAllowed."""
    permit_anywhere()
    detail = {"groups": count, "form": form}
    record("group.exported", by=by, on=by, chain=unit_chain(by.home_unit_id), detail=detail)
