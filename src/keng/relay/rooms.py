"""From the landlord to the rooms: how many houses of a group told theirs, as their lead says."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from keng.audit.actions import record
from keng.delivery.models import RelayTask
from keng.network.models import Establishment, Lead
from keng.network.queries.establishments import KINDS_WITH_ROOMS
from keng.relay.relay_acts import chain_of_task

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class TooManyEstablishments(ValueError):
    """More houses than read along in the group; `most` of them do."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


@transaction.atomic
def note_rooms_told(task_id: uuid.UUID, count: int, *, by: "Officer | Lead") -> RelayTask:
    """Write down in how many houses the rooms were told; a later number replaces it.

    Raises TooManyEstablishments, or DoesNotExist for a task that nobody confirmed or that is not
    theirs.
    """
    mine = (
        RelayTask.objects.filter(lead=by)
        if isinstance(by, Lead)
        else RelayTask.objects.visible_to(by)
    )
    task = (
        mine.select_for_update(no_key=True, of=("self",))
        .filter(group__isnull=False, confirmed_at__isnull=False)
        .get(pk=task_id)
    )
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
