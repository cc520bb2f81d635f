"""Keeping groups: a count of members and where to post, never a list of people."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock_one
from keng.acts.work import permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.audit.changes import changed_values
from keng.network.acts import ADD_GROUP, CHANGE_GROUP, SET_GROUP_ACTIVE
from keng.network.models import Group, Lead
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class GroupNameTaken(Refused):
    """The unit has a group of this name; perhaps since a moment ago."""

    sentence = _("There is already a group of this name in this unit")


class GroupAddressTaken(Refused):
    """Another group in use, perhaps of another desk, is reached there; perhaps since a moment.

    It does not say whose: that group may be another desk's.
    """

    sentence = _("Another group in use has this address: check it at the channel")


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """What a desk writes down about a group."""

    name: str
    kind: str
    place_id: uuid.UUID
    unit_id: uuid.UUID
    channel: str
    channel_address: str
    member_count: int
    officer_in_charge_id: uuid.UUID | None
    lead_ids: frozenset[uuid.UUID]


@act(ADD_GROUP)
def add_group(entry: GroupEntry, *, by: "Officer") -> Group:
    """Write down a new group. Raises NotAllowed, GroupNameTaken, GroupAddressTaken."""
    permit_over(entry.unit_id)
    group = Group(unit_id=entry.unit_id)
    _fill(group, entry)
    _save(group, force_insert=True)
    _set_leads(group, entry, by)
    record(
        "group.added", by=by, on=group, chain=unit_chain(group.unit_id), detail=_audit_detail(group)
    )
    return group


@act(CHANGE_GROUP)
def change_group(group_id: uuid.UUID, entry: GroupEntry, *, by: "Officer") -> Group:
    """Correct what is written down; the unit stays. Raises GroupNameTaken, GroupAddressTaken."""
    group = lock_one(Group.objects.visible_to(by), group_id)
    before = _recorded(group)
    _fill(group, entry)
    _save(group)
    _set_leads(group, entry, by)
    changes = changed_values(before, _recorded(group), hidden=frozenset({"address"}))
    record(
        "group.changed",
        by=by,
        on=group,
        chain=unit_chain(group.unit_id),
        detail=_audit_detail(group) | {"changes": changes},
    )
    return group


@act(SET_GROUP_ACTIVE)
def set_group_active(group_id: uuid.UUID, *, active: bool, by: "Officer") -> Group:
    """Take a group out of use, or back: it gets no further warning, its past stays.

    Raises GroupAddressTaken.
    """
    group = lock_one(Group.objects.visible_to(by), group_id)
    group.is_active = active
    if active:
        # If there is still none, the next warning or list says so again.
        group.gone_at = None
    _save(group, update_fields=["is_active", "gone_at"])
    action = "group.taken_back" if active else "group.retired"
    record(action, by=by, on=group, chain=unit_chain(group.unit_id))
    return group


def _fill(group: Group, entry: GroupEntry) -> None:
    group.name, group.kind, group.place_id = entry.name, entry.kind, entry.place_id
    group.reach_by(entry.channel, entry.channel_address)
    group.member_count = entry.member_count
    group.officer_in_charge_id = entry.officer_in_charge_id


def _save(
    group: Group, *, force_insert: bool = False, update_fields: list[str] | None = None
) -> None:
    try:
        with savepoint():
            group.save(force_insert=force_insert, update_fields=update_fields)
    except IntegrityError as error:
        cause = error.__cause__
        if not isinstance(cause, UniqueViolation):
            raise
        if cause.diag.constraint_name == "group_in_use_has_its_address_alone":
            raise GroupAddressTaken from error
        raise GroupNameTaken from error


def _set_leads(group: Group, entry: GroupEntry, by: "Officer") -> None:
    group.leads.set(Lead.objects.visible_to(by).filter(id__in=entry.lead_ids))


def _audit_detail(group: Group) -> dict[str, object]:
    return {"kind": group.kind, "channel": group.channel, "members": group.member_count}


def _recorded(group: Group) -> dict[str, object]:
    """What the record says was and is; of an address that it changed, of leads how many."""
    return {
        "name": group.name,
        "kind": group.kind,
        "place": Place.objects.get(pk=group.place_id).full_name,
        "channel": group.channel,
        "address": group.channel_address,
        "members": group.member_count,
        "in_charge": group.officer_in_charge_id,
        "leads": group.leads.count(),
    }
