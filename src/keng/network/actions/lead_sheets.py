"""Taking over a sheet of leads: all rows that can be read; refused ones stay behind."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.network import acts
from keng.network.actions.group_sheets import PlanChanged, PlanNotReady
from keng.network.actions.lead_ways import enter_ways, hold_ways
from keng.network.models import Lead
from keng.network.sheets.plan_leads import LeadPlan, LeadRow, plan_lead_sheet
from keng.network.sheets.reading import Sheet

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.IMPORT_LEADS)
def import_leads(sheet: Sheet, *, shown: str, by: "Officer") -> LeadPlan:
    """All rows that can be read; `shown` is the digest of the plan that the officer agreed to.

    Nobody is removed. Raises NotAllowed or PlanChanged, and then nothing was changed.
    """
    permit_anywhere()
    first = plan_lead_sheet(sheet, by=by)
    if first.digest != shown:
        raise PlanChanged
    there = _lock_changed(first.changed, by)
    hold_ways(row.lead_id for row in first.changed if row.lead_id and row.typed)
    # Once more, with what changes held.
    found = plan_lead_sheet(sheet, by=by)
    if found.digest != shown or {row.lead_id for row in found.changed} - there.keys():
        raise PlanChanged
    rows = [*found.new, *found.changed]
    for unit in {row.unit_id for row in rows if row.unit_id}:
        permit_over(unit)
    leads = {row.number: there.get(row.lead_id) or _new_lead(row) for row in rows}
    Lead.objects.bulk_create(leads[row.number] for row in found.new)
    for row in rows:
        superior = leads[row.above_row].pk if row.above_row else row.above_id
        leads[row.number].above_id = superior
    Lead.objects.bulk_update(leads.values(), ["above_id"])
    _add_to_groups((leads[row.number].pk, row.groups) for row in rows)
    enter_ways({leads[row.number].pk: row.typed for row in rows if row.typed})
    _record(found, by)
    return found


def _lock_changed(rows: list[LeadRow], by: "Officer") -> dict[uuid.UUID | None, Lead]:
    ids = [row.lead_id for row in rows if row.lead_id]
    return {lead.pk: lead for lead in lock(Lead.objects.visible_to(by).filter(pk__in=ids))}


def _new_lead(row: LeadRow) -> Lead:
    if row.unit_id is None:
        raise PlanNotReady
    return Lead(
        name=row.name,
        position=row.position,
        unit_id=row.unit_id,
        consented_on=times.local_date(times.now()),
    )


def _add_to_groups(wanted: Iterable[tuple[uuid.UUID, tuple[uuid.UUID, ...]]]) -> None:
    """A sheet takes nobody out of a group."""
    link = Lead.groups.through
    link.objects.bulk_create(
        (link(lead_id=lead, group_id=group) for lead, groups in wanted for group in groups),
        ignore_conflicts=True,
    )


def _record(found: LeadPlan, by: "Officer") -> None:
    """One entry a unit, in a fixed order, so that two imports at once never deadlock."""
    counts: dict[uuid.UUID, dict[str, int]] = {}
    for row in [*found.new, *found.changed]:
        if row.unit_id:
            count = counts.setdefault(row.unit_id, {"new": 0, "changed": 0, "addresses": 0})
            count[row.state] += 1
            count["addresses"] += row.typed is not None
    for unit_id, count in sorted(counts.items()):
        detail = {**count, "refused": len(found.wrong), "sheet": found.sheet}
        record("lead.imported", by=by, on=None, chain=unit_chain(unit_id), detail=detail)
