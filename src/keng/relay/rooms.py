"""From the landlord to the rooms: how many houses of a group told theirs, as their lead says."""

import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock, lock_one
from keng.audit.actions import record
from keng.delivery.models import RelayTask
from keng.network.models import Establishment, Lead
from keng.network.queries.establishments import KINDS_WITH_ROOMS
from keng.relay import acts
from keng.relay.relay_acts import chain_of_task

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.delivery.models.relay import RelayTaskQuerySet

# More than any group has: what is typed beyond it is a slip.
MOST_HOUSES = 9_999


class TooManyEstablishments(Refused):
    """More houses than read along in the group."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.sentence = _("At most %(n)d: so many houses are in this group") % {"n": most}


@act(acts.NOTE_ROOMS_TOLD)
def note_rooms_told(task_id: uuid.UUID, count: int, *, by: "Officer") -> RelayTask:
    """Write down what a lead told the officer; a later number replaces it.

    Raises TooManyEstablishments, or NotAllowed, also for a task that nobody confirmed.
    """
    visible = _confirmed(RelayTask.objects.visible_to(by)).select_related("lead")
    return _note(lock_one(visible, task_id, owner="lead.unit_id"), count, by)


@act(acts.SAY_ROOMS_TOLD)
def say_rooms_told(task_id: uuid.UUID, count: int, *, lead: Lead) -> RelayTask:
    """The lead says in how many houses the rooms were told; a later number replaces it.

    Raises TooManyEstablishments, or RelayTask.DoesNotExist for a task that nobody confirmed or that
    is not theirs.
    """
    mine = _confirmed(RelayTask.objects.filter(lead=lead))
    return _note(lock(mine).get(pk=task_id), count, lead)


def _confirmed(tasks: "RelayTaskQuerySet") -> "RelayTaskQuerySet":
    return tasks.filter(group__isnull=False, confirmed_at__isnull=False)


def _note(task: RelayTask, count: int, by: "Officer | Lead") -> RelayTask:
    with_rooms = Establishment.objects.filter(is_open=True, kind__in=KINDS_WITH_ROOMS)
    most = with_rooms.filter(group=task.group_id).count()
    if not 0 <= count <= most:
        raise TooManyEstablishments(most)
    task.houses_told = count
    task.save(update_fields=["houses_told"])
    record(
        "relay.rooms_told",
        by=by,
        on=task,
        chain=chain_of_task(task, by),
        detail={"houses": count, "of": most},
    )
    return task
