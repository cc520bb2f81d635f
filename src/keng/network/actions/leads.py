"""Keeping leads: people who agreed to pass warnings on, and whom each one answers to."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.audit.changes import changed_values
from keng.kit import times
from keng.kit.secrets import new_row_secret
from keng.network import acts
from keng.network.actions.lead_ways import end_lead_way, is_name_kept_away
from keng.network.models import Group, Lead
from keng.network.secret_links import ended_link_hash, lead_token, lead_url

if TYPE_CHECKING:
    from keng.accounts.models import Officer


# Of how many ended links a lead's page still says that they were replaced.
_ENDED_KEPT = 20


class LeadsInCircle(Refused):
    """A lead cannot stand above somebody who stands above them."""


class ErasedBefore(Refused):
    """Somebody of this name asked to be erased."""

    sentence = _(
        "Somebody of this name asked to be erased. Write them down only if they asked to take "
        "part again, or if this is somebody else of the same name: then tick it below."
    )


@dataclass(frozen=True, slots=True)
class LeadEntry:
    """What a desk writes down about a lead, with their consent."""

    name: str
    position: str
    unit_id: uuid.UUID
    above_id: uuid.UUID | None
    group_ids: frozenset[uuid.UUID]
    consented_on: datetime.date
    language: str = "vi"
    asked_again: bool = False
    """Somebody of this name was erased: they asked to take part again, or this is another one."""


@act(acts.ADD_LEAD)
def add_lead(entry: LeadEntry, *, by: "Officer") -> Lead:
    """Write down a lead who agreed. Raises ErasedBefore.

    The mark of an erased name stays: what was ticked may be about a namesake.
    """
    permit_over(entry.unit_id)
    if is_name_kept_away(entry.unit_id, entry.name) and not entry.asked_again:
        raise ErasedBefore
    lead = Lead(unit_id=entry.unit_id)
    _fill(lead, entry, by)
    lead.save(force_insert=True)
    lead.groups.set(_groups(entry, by))
    record("lead.added", by=by, on=lead, chain=unit_chain(lead.unit_id))
    return lead


@act(acts.CHANGE_LEAD)
def change_lead(lead_id: uuid.UUID, entry: LeadEntry, *, by: "Officer") -> Lead:
    """Correct what is written down; the unit stays."""
    lead = lock_one(Lead.objects.visible_to(by), lead_id)
    before = _recorded(lead)
    _fill(lead, entry, by)
    lead.save()
    lead.groups.set(_groups(entry, by))
    changes = changed_values(before, _recorded(lead), hidden=frozenset({"name", "position"}))
    detail = {"changes": changes}
    record("lead.changed", by=by, on=lead, chain=unit_chain(lead.unit_id), detail=detail)
    return lead


@act(acts.REISSUE_LEAD_LINK)
def reissue_lead_link(lead_id: uuid.UUID, *, by: "Officer") -> Lead:
    """End the lead's present link, for instance after it got into a group; start a new one."""
    lead = lock_one(Lead.objects.visible_to(by), lead_id)
    lead.ended_links = [*lead.ended_links, ended_link_hash(lead_token(lead))][-_ENDED_KEPT:]
    lead.link_version += 1
    lead.link_secret = new_row_secret()
    lead.save(update_fields=["link_version", "link_secret", "ended_links"])
    record("lead.link_reissued", by=by, on=lead, chain=unit_chain(lead.unit_id))
    return lead


@act(acts.SHOW_LEAD_LINK)
def show_lead_link(lead_id: uuid.UUID, *, by: "Officer") -> str:
    """The address of the lead's page, for an officer who gives it to them; on record each time.

    Whoever has it confirms for the lead, so no page has it by itself. Raises NotAllowed,
    also for a lead who takes part no longer.
    """
    lead = lock_one(Lead.objects.visible_to(by).filter(stopped_at__isnull=True), lead_id)
    record("lead.link_shown", by=by, on=lead, chain=unit_chain(lead.unit_id))
    return lead_url(lead)


@act(acts.SET_LEAD_STOPPED)
def set_lead_stopped(lead_id: uuid.UUID, *, stopped: bool, by: "Officer") -> Lead:
    """Note that a lead no longer takes part, or does so again."""
    lead = lock_one(Lead.objects.visible_to(by), lead_id)
    lead.stopped_at, lead.stopped_by_link = times.now() if stopped else None, False
    if not stopped:
        lead.erase_asked_at = None
    lead.save(update_fields=["stopped_at", "stopped_by_link", "erase_asked_at"])
    if stopped:
        # What is on its way to them the worker calls off (keng.relay.telling_leads).
        end_lead_way(lead.pk)
    action = "lead.stopped" if stopped else "lead.taken_back"
    record(action, by=by, on=lead, chain=unit_chain(lead.unit_id))
    return lead


def _recorded(lead: Lead) -> dict[str, object]:
    """What the record says was and is; of a name and a position that they changed."""
    return {
        "name": lead.name,
        "position": lead.position,
        "language": lead.language,
        "above": lead.above_id,
        "groups": lead.groups.count(),
        "agreed_on": lead.consented_on,
    }


def _fill(lead: Lead, entry: LeadEntry, by: "Officer") -> None:
    lead.name, lead.position = entry.name, entry.position
    lead.consented_on, lead.language = entry.consented_on, entry.language
    lead.above = _above(lead, entry.above_id, by)


def _above(lead: Lead, above_id: uuid.UUID | None, by: "Officer") -> Lead | None:
    """The superior, unless the chain upwards comes back to the lead itself."""
    if above_id is None:
        return None
    above = Lead.objects.visible_to(by).get(pk=above_id)
    step: Lead | None = above
    while step is not None:
        if step.pk == lead.pk:
            raise LeadsInCircle
        step = step.above
    return above


def _groups(entry: LeadEntry, by: "Officer") -> list[Group]:
    return list(Group.objects.visible_to(by).filter(id__in=entry.group_ids))
