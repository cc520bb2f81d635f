"""The place of an erased lead in the relay tree: who takes it on.

Their superior is asked on their own page, and the desk on the hand-out list; either may answer.
Whoever takes it on gets the groups, those who answered to the lead, and what is still to be passed
on.
"""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.acts.act import act
from keng.acts.errors import NotAllowed, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.delivery.models import RelayTask
from keng.language.fold import fold
from keng.network.models import Group, Lead
from keng.relay import acts
from keng.relay.tasks_of_leads import open_and_in_time

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keng.accounts.models import Officer


class AlreadyTakenOn(Refused):
    """Somebody else was named meanwhile."""

    sentence = _("Somebody takes this place on already.")


class NoSuchSuccessor(Refused):
    """No lead of the unit bears this name, or several do."""

    sentence = _("No lead of this name takes part, or several do. Add them under Leads first.")


class NotBelow(NoSuchSuccessor):
    """Whom a superior chose has stopped meanwhile, or answers to somebody else."""

    sentence = _("This person does not answer to you any more. Choose another one.")


@dataclass(frozen=True, slots=True)
class VacantPlace:
    """What the lead did: the groups in use, and how many leads answered to them."""

    lead: Lead
    groups: tuple[Group, ...]
    below: int

    @property
    def names(self) -> str:
        return ", ".join(group.name for group in self.groups)


def places_below(superior: Lead) -> list[VacantPlace]:
    """The empty places of those who answered to this lead."""
    return _vacant(Lead.objects.filter(above=superior))


def places_of_desk(officer: "Officer") -> list[VacantPlace]:
    """The empty places at the officer's own desks, whoever stood above them."""
    return _vacant(rows_of_erased_leads(officer))


def rows_of_erased_leads(officer: "Officer") -> "QuerySet[Lead]":
    """The rows of erased leads at the officer's own desks."""
    own = Lead.objects.filter(unit_id__in=WORKING.own_unit_ids(officer))
    return own.filter(erased_at__isnull=False)


def _vacant(leads: "QuerySet[Lead]") -> list[VacantPlace]:
    empty = leads.filter(erased_at__isnull=False, successor__isnull=True)
    found = []
    for lead in empty.select_related("unit").prefetch_related("groups").order_by("erased_at", "pk"):
        groups = tuple(group for group in lead.groups.all() if group.is_active)
        below = lead.below.filter(stopped_at__isnull=True).count()
        if groups or below:
            found.append(VacantPlace(lead, groups, below))
    return found


@act(acts.GIVE_PLACE)
def give_place(superior: Lead, vacant_id: uuid.UUID, successor_id: uuid.UUID) -> Lead:
    """The superior says which of their own people takes the place on.

    Raises AlreadyTakenOn, NotBelow.
    """
    leads = _lock_place(vacant_id, successor_id, superior.pk)
    vacant, successor = leads.get(vacant_id), leads.get(successor_id)
    if vacant is None or vacant.above_id != superior.pk:
        raise AlreadyTakenOn
    if successor is None or successor.above_id != superior.pk or successor.stopped_at:
        raise NotBelow
    _hand_over(vacant, successor)
    _record(vacant, by=superior)
    return successor


@act(acts.TAKE_ON_PLACE)
def take_on_place(vacant_id: uuid.UUID, name: str, *, by: "Officer") -> Lead:
    """An officer says which lead of the unit takes the place on.

    Raises NotAllowed, AlreadyTakenOn, NoSuchSuccessor.
    """
    unit = Lead.objects.filter(pk=vacant_id).values_list("unit_id", flat=True).first()
    if unit is None:
        raise NotAllowed
    permit_over(unit)
    taking_part = Lead.objects.filter(unit=unit, stopped_at__isnull=True).only("pk", "name")
    alike = [lead.pk for lead in taking_part if fold(lead.name) == fold(" ".join(name.split()))]
    if len(alike) != 1:
        raise NoSuchSuccessor
    leads = _lock_place(vacant_id, alike[0])
    vacant, successor = leads.get(vacant_id), leads.get(alike[0])
    if vacant is None:
        raise AlreadyTakenOn
    if successor is None or successor.stopped_at:
        raise NoSuchSuccessor
    _hand_over(vacant, successor)
    _record(vacant, by=by)
    return successor


def _lock_place(vacant_id: uuid.UUID, *others: uuid.UUID) -> dict[uuid.UUID, Lead]:
    """All who are concerned, and those below the place; a place that is taken on is not there."""
    concerned = Lead.objects.filter(Q(pk__in=[vacant_id, *others]) | Q(above=vacant_id))
    found = {lead.pk: lead for lead in lock(concerned)}
    vacant = found.get(vacant_id)
    if vacant is not None and (vacant.erased_at is None or vacant.successor_id):
        del found[vacant.pk]
    return found


def _hand_over(vacant: Lead, successor: Lead) -> None:
    if _stands_below(successor, vacant):
        # Else whoever answered to the place would stand above who takes it on.
        successor.above_id = vacant.above_id
        successor.save(update_fields=["above"])
    Lead.objects.filter(above=vacant).exclude(pk=successor.pk).update(above=successor)
    link = Lead.groups.through
    groups = vacant.groups.filter(is_active=True).values_list("pk", flat=True)
    link.objects.bulk_create(
        [link(lead_id=successor.pk, group_id=group) for group in groups], ignore_conflicts=True
    )
    asked = RelayTask.objects.filter(lead=successor).values_list("dispatch_id", "group_id")
    known = set(asked)
    for task in lock(RelayTask.objects.filter(open_and_in_time(), lead=vacant)):
        if (task.dispatch_id, task.group_id) not in known:
            task.lead = successor
            # The new one has not been told of it.
            task.handed_out_at = task.handed_out_by = None
            task.save(update_fields=["lead", "handed_out_at", "handed_out_by"])
    vacant.successor = successor
    vacant.save(update_fields=["successor"])


def _stands_below(lead: Lead, other: Lead) -> bool:
    step, passed = lead.above, set()
    while step is not None and step.pk not in passed:
        if step.pk == other.pk:
            return True
        passed.add(step.pk)
        step = step.above
    return False


def _record(vacant: Lead, *, by: "Officer | Lead") -> None:
    chain = unit_chain(vacant.unit_id)
    record("lead.place_taken_on", by=by, on=vacant, chain=chain)
