"""What leads say they did, what officers hand out to them and see in their groups."""

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from keng.acts.act import act
from keng.acts.errors import TooLate
from keng.acts.locks import lock, lock_one
from keng.audit.actions import record, unit_chain
from keng.channels.by_hand import BY_HAND
from keng.delivery.models import Delivery, RelayTask
from keng.kit import times
from keng.network.models import Group, Lead
from keng.relay import acts
from keng.relay.asked_reminders import call_off_asked_reminders, hour_to_remind, way_in_use
from keng.relay.tasks_of_leads import OPEN_TASKS, UNDO_WITHIN, open_and_in_time

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.delivery.models.relay import RelayTaskQuerySet


class UndoTooLate(TooLate):
    """The time in which a lead can take a confirmation back is over."""


@act(acts.CONFIRM_TASKS)
def confirm_tasks(
    task_ids: Collection[uuid.UUID], *, lead: Lead, via: str, reached_count: int | None = None
) -> list[RelayTask]:
    """The lead says that they passed it on; returns what changed, nothing the second time."""
    tasks = _lock_with_groups(RelayTask.objects.filter(OPEN_TASKS, pk__in=task_ids, lead=lead))
    now = times.now()
    put_off = {task.dispatch_id for task in tasks if task.remind_at}
    for task in tasks:
        task.confirmed_at, task.via, task.reached_count = now, via, reached_count
        task.cannot_reason, task.remind_at = "", None
        task.save(
            update_fields=["confirmed_at", "via", "reached_count", "cannot_reason", "remind_at"]
        )
    waiting = _lock_by_hand(tasks, Delivery.State.QUEUED)
    waiting.update(state=Delivery.State.RELAYED, settled_at=now)
    call_off_asked_reminders(lead, put_off)
    groups = [task.group_id for task in tasks if task.group_id]
    Group.objects.filter(pk__in=groups).update(last_sign_at=now)
    record_on_tasks("relay.confirmed", tasks, by=lead, detail={"via": via})
    return tasks


@act(acts.UNDO_CONFIRMATION)
def undo_confirmation(task_ids: Collection[uuid.UUID], *, lead: Lead) -> list[RelayTask]:
    """The lead pressed by mistake. Raises UndoTooLate after two hours."""
    tasks = _lock_with_groups(
        RelayTask.objects.filter(pk__in=task_ids, lead=lead, confirmed_at__isnull=False)
    )
    since = times.now() - UNDO_WITHIN
    if any(task.confirmed_at is None or task.confirmed_at < since for task in tasks):
        raise UndoTooLate
    for task in tasks:
        task.confirmed_at, task.via, task.reached_count = None, "", None
        task.houses_told = None
        task.save(update_fields=["confirmed_at", "via", "reached_count", "houses_told"])
    # Another lead of the same group may have posted it as well: then it stays passed on.
    alone = [task for task in tasks if not _is_passed_on(task)]
    passed_on = _lock_by_hand(alone, Delivery.State.RELAYED)
    passed_on.update(state=Delivery.State.QUEUED, settled_at=None)
    record_on_tasks("relay.taken_back", tasks, by=lead)
    return tasks


@act(acts.NOTE_WHY_NOT)
def note_why_not(task_ids: Collection[uuid.UUID], *, lead: Lead, reason: str) -> list[RelayTask]:
    """The lead says why not, or when; who wants no more at all is in `stopping`."""
    wanted = RelayTask.objects.filter(OPEN_TASKS, pk__in=task_ids, lead=lead)
    tasks = list(lock(wanted.select_related("dispatch")))
    put_off = {task.dispatch_id for task in tasks if task.remind_at}
    way = way_in_use(lead)
    for task in tasks:
        task.cannot_reason, task.remind_at = reason, None
        if reason == "later":
            task.remind_at = hour_to_remind(way, is_urgent=task.dispatch.is_urgent)
        task.save(update_fields=["cannot_reason", "remind_at"])
    call_off_asked_reminders(lead, put_off)
    record_on_tasks("relay.cannot", tasks, by=lead, detail={"reason": reason})
    return tasks


@act(acts.MARK_HANDED_OUT)
def mark_handed_out(lead_id: uuid.UUID, *, by: "Officer") -> int:
    """The officer sent the ready message to the lead's own chat; returns how many tasks it was.

    Raises NotAllowed.
    """
    lead = lock_one(Lead.objects.visible_to(by), lead_id)
    untold = RelayTask.objects.filter(lead=lead, handed_out_at__isnull=True)
    tasks = list(lock(untold.filter(open_and_in_time()).select_related("lead")))
    now = times.now()
    RelayTask.objects.filter(pk__in=[task.pk for task in tasks]).update(
        handed_out_at=now, handed_out_by=by
    )
    record_on_tasks("relay.handed_out", tasks, by=by)
    return len(tasks)


@act(acts.MARK_SEEN)
def mark_seen(task_id: uuid.UUID, *, by: "Officer", seen: bool = True) -> RelayTask:
    """The officer looked into the group with own eyes and saw it there, or takes that back.

    Raises NotAllowed.
    """
    visible = RelayTask.objects.visible_to(by).select_related("lead")
    if seen:
        _lock_groups(visible.filter(pk=task_id))
    task = lock_one(visible, task_id, owner="lead.unit_id")
    task.seen_at, task.seen_by = (times.now(), by) if seen else (None, None)
    task.save(update_fields=["seen_at", "seen_by"])
    if seen and task.group_id:
        Group.objects.filter(pk=task.group_id).update(last_sign_at=task.seen_at)
    record_on_tasks("relay.seen" if seen else "relay.not_seen", [task], by=by)
    return task


def _lock_with_groups(wanted: "RelayTaskQuerySet") -> list[RelayTask]:
    """These tasks. Of those who pass on to one group only one at a time says something of it."""
    _lock_groups(wanted)
    return list(lock(wanted))


def _lock_groups(of: "RelayTaskQuerySet") -> None:
    """Before the tasks: a sign from a group is noted in its row."""
    list(lock(Group.objects.filter(pk__in=of.values("group"))).values_list("pk"))


def _lock_by_hand(tasks: list[RelayTask], state: str) -> QuerySet[Delivery]:
    """The rows of the groups of these tasks that are in this state; none without a group."""
    of_groups = Q(pk__in=[])
    for task in tasks:
        if task.group_id:
            of_groups |= Q(dispatch=task.dispatch_id, recipient_ref=task.group_id)
    rows = Delivery.objects.filter(of_groups, channel=BY_HAND, state=state)
    # The public site may read no address: only which rows they are.
    return Delivery.objects.filter(pk__in=list(lock(rows).values_list("pk", flat=True)))


def _is_passed_on(task: RelayTask) -> bool:
    """Whether somebody says that it was passed on to the group of the task."""
    return RelayTask.objects.filter(
        dispatch=task.dispatch_id, group=task.group_id, confirmed_at__isnull=False
    ).exists()


def chain_of_task(task: RelayTask, by: object) -> str:
    """The audit chain in which it stands that somebody did something about a task.

    An officer's act is read by the auditors of the desk that looks after the lead. What leads say
    lies with the dispatch: many say it at once, and no desk has to wait for them.
    """
    if isinstance(by, Lead):
        return f"dispatch:{task.dispatch_id}"
    return unit_chain(task.lead.unit_id)


def record_on_tasks(
    action: str, tasks: list[RelayTask], *, by: object, detail: dict[str, str] | None = None
) -> None:
    """One entry a chain, about all these tasks."""
    chains = {task.pk: chain_of_task(task, by) for task in tasks}
    for chain in sorted(set(chains.values())):
        of = [task for task in tasks if chains[task.pk] == chain]
        record(
            action,
            by=by,
            on=of[0] if len(of) == 1 else None,
            chain=chain,
            detail={"tasks": [str(task.pk) for task in of]} | (detail or {}),
        )
