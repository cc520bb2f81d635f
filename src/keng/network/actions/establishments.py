"""Keeping establishments: where a house is and who agreed to be asked, never who lives there."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError

from keng.acts.act import act
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_anywhere, permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.audit.changes import changed_values
from keng.network import acts
from keng.network.actions.group_sheets import PlanChanged, PlanNotReady
from keng.network.models import Establishment, Group
from keng.network.sheets.plan_establishments import EstablishmentPlan, plan_establishment_sheet
from keng.network.sheets.reading import Sheet
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# What a sheet changes; place and unit are how a house is known again.
_CHANGED = ["name", "kind", "contact", "contact_agreed_on", "room_count", "group_id"]


@dataclass(frozen=True, slots=True)
class EstablishmentEntry:
    """What a desk writes down about a house."""

    name: str
    kind: str
    place_id: uuid.UUID
    unit_id: uuid.UUID
    contact: str
    contact_agreed_on: datetime.date | None
    group_id: uuid.UUID | None
    room_count: int


@act(acts.ADD_ESTABLISHMENT)
def add_establishment(entry: EstablishmentEntry, *, by: "Officer") -> Establishment:
    """Write down a house. Raises NotAllowed."""
    permit_over(entry.unit_id)
    house = Establishment(unit_id=entry.unit_id)
    _fill(house, entry, by)
    house.save(force_insert=True)
    _record("establishment.added", house, by)
    return house


@act(acts.CHANGE_ESTABLISHMENT)
def change_establishment(
    pk: uuid.UUID, entry: EstablishmentEntry, *, by: "Officer"
) -> Establishment:
    """Correct what is written down; the unit stays. Raises NotAllowed."""
    house = lock_one(Establishment.objects.visible_to(by), pk)
    before = _recorded(house)
    _fill(house, entry, by)
    house.save()
    hidden = frozenset({"name", "contact"})
    changes = changed_values(before, _recorded(house), hidden=hidden)
    _record("establishment.changed", house, by, changes=changes)
    return house


@act(acts.SET_ESTABLISHMENT_OPEN)
def set_establishment_open(pk: uuid.UUID, *, is_open: bool, by: "Officer") -> Establishment:
    """Say that a house closed or opened again; a closed one counts nowhere.

    Raises NotAllowed.
    """
    house = lock_one(Establishment.objects.visible_to(by), pk)
    house.is_open = is_open
    house.save(update_fields=["is_open"])
    _record("establishment.reopened" if is_open else "establishment.closed", house, by)
    return house


@act(acts.IMPORT_ESTABLISHMENTS)
def import_establishments(sheet: Sheet, *, shown: str, by: "Officer") -> EstablishmentPlan:
    """All rows of the sheet; `shown` is the digest of the plan that the officer agreed to.

    Raises NotAllowed, PlanNotReady or PlanChanged, and then nothing was changed.
    """
    permit_anywhere()
    try:
        with savepoint():
            return _import(sheet, shown=shown, by=by)
    except IntegrityError as error:
        # Somebody wrote down a house of this name at the same moment.
        raise PlanChanged from error


def _import(sheet: Sheet, *, shown: str, by: "Officer") -> EstablishmentPlan:
    there = _lock_changed(plan_establishment_sheet(sheet, by=by), by)
    # Once more, with what changes held.
    found = plan_establishment_sheet(sheet, by=by)
    if not found.is_ready:
        raise PlanNotReady
    if found.digest != shown or {row.house_id for row in found.changed} - there.keys():
        raise PlanChanged
    made = [Establishment(**row.values) for row in found.new]
    Establishment.objects.bulk_create(made)
    changed = []
    for row in found.changed:
        house = there[row.house_id]
        for name, value in row.values.items():
            setattr(house, name, value)
        changed.append(house)
    if changed:
        Establishment.objects.bulk_update(changed, _CHANGED)
    units = sorted({row.values["unit_id"] for row in [*found.new, *found.changed]})
    for unit in units:
        new = sum(row.values["unit_id"] == unit for row in found.new)
        other = sum(row.values["unit_id"] == unit for row in found.changed)
        detail = {"new": new, "changed": other, "sheet": found.sheet}
        record("establishment.imported", by=by, on=None, chain=unit_chain(unit), detail=detail)
    return found


def _lock_changed(
    planned: EstablishmentPlan, by: "Officer"
) -> dict[uuid.UUID | None, Establishment]:
    """The houses that would be changed, and no other of the province."""
    ids = [row.house_id for row in planned.changed if row.house_id]
    visible = Establishment.objects.visible_to(by).filter(pk__in=ids)
    return {house.pk: house for house in lock(visible)}


def _fill(house: Establishment, entry: EstablishmentEntry, by: "Officer") -> None:
    house.name, house.kind, house.place_id = entry.name, entry.kind, entry.place_id
    house.contact = entry.contact
    house.contact_agreed_on = entry.contact_agreed_on if entry.contact else None
    house.room_count = entry.room_count
    own = Group.objects.visible_to(by).filter(pk=entry.group_id) if entry.group_id else None
    house.group = own.first() if own is not None else None


def _recorded(house: Establishment) -> dict[str, object]:
    """What the record says was and is; of a name and a contact that they changed."""
    return {
        "name": house.name,
        "kind": house.kind,
        "place": Place.objects.get(pk=house.place_id).full_name,
        "rooms": house.room_count,
        "contact": house.contact,
        "group": house.group_id,
    }


def _record(action: str, house: Establishment, by: "Officer", **more: object) -> None:
    detail = {"kind": house.kind, "rooms": house.room_count, "in_group": bool(house.group_id)}
    detail |= more
    record(action, by=by, on=house, chain=unit_chain(house.unit_id), detail=detail)
