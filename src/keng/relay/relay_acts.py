"""What leads say they did, what officers hand out to them and see in their groups."""

import datetime
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction

from keng.audit.actions import record, unit_chain
from keng.delivery.models import Delivery, RelayTask
from keng.kit import times
from keng.network.models import Group, Lead
from keng.relay.tasks_of_leads import OPEN_TASKS, UNDO_WITHIN, open_and_in_time, with_expiry

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class UndoTooLate(Exception):
    """The time in which a lead can take a confirmation back is over."""


@transaction.atomic
def confirm_tasks(
    task_ids: Collection[uuid.UUID], *, lead: Lead, via: str, reached_count: int | None = None
) -> list[RelayTask]:
    """The lead says that they passed it on; returns what changed, nothing the second time."""
    tasks = _locked(OPEN_TASKS, task_ids, lead)
    now = times.now()
    for task in _by_group(tasks):
        task.confirmed_at, task.via, task.reached_count = now, via, reached_count
        task.cannot_reason, task.remind_at = "", None
        task.save(
            update_fields=["confirmed_at", "via", "reached_count", "cannot_reason", "remind_at"]
        )
        if task.group_id:
            Delivery.objects.filter(
                dispatch_id=task.dispatch_id,
                recipient_ref=task.group_id,
                channel="by_hand",
                state=Delivery.State.QUEUED,
            ).update(state=Delivery.State.RELAYED, settled_at=now)
            Group.objects.filter(pk=task.group_id).update(last_sign_at=now)
    _record("relay.confirmed", tasks, by=lead, detail={"via": via})
    return tasks


@transaction.atomic
def undo_confirmation(task_ids: Collection[uuid.UUID], *, lead: Lead) -> list[RelayTask]:
    """The lead pressed by mistake. Raises UndoTooLate after two hours."""
    tasks = list(
        RelayTask.objects.select_for_update(no_key=True)
        .filter(pk__in=task_ids, lead=lead, confirmed_at__isnull=False)
        .order_by("id")
    )
    since = times.now() - UNDO_WITHIN
    if any(task.confirmed_at is None or task.confirmed_at < since for task in tasks):
        raise UndoTooLate
    for task in _by_group(tasks):
        task.confirmed_at, task.via, task.reached_count = None, "", None
        task.houses_told = None
        task.save(update_fields=["confirmed_at", "via", "reached_count", "houses_told"])
        others = RelayTask.objects.filter(
            dispatch_id=task.dispatch_id, group=task.group, confirmed_at__isnull=False
        )
        # Another lead of the same group may have posted it as well: then it stays passed on.
        if task.group_id and not others.exists():
            Delivery.objects.filter(
                dispatch_id=task.dispatch_id,
                recipient_ref=task.group_id,
                channel="by_hand",
                state=Delivery.State.RELAYED,
            ).update(state=Delivery.State.QUEUED, settled_at=None)
    _record("relay.taken_back", tasks, by=lead)
    return tasks


@transaction.atomic
def note_why_not(task_ids: Collection[uuid.UUID], *, lead: Lead, reason: str) -> list[RelayTask]:
    """The lead says why not, or when; who wants no more at all is in `stopping`."""
    tasks = _locked(OPEN_TASKS, task_ids, lead)
    for task in tasks:
        task.cannot_reason = reason
        task.remind_at = _this_evening() if reason == "later" else None
        task.save(update_fields=["cannot_reason", "remind_at"])
    _record("relay.cannot", tasks, by=lead, detail={"reason": reason})
    return tasks


@transaction.atomic
def mark_handed_out(lead_id: uuid.UUID, *, by: "Officer") -> int:
    """The officer sent the ready message to the lead's own chat; returns how many tasks it was."""
    tasks = list(
        with_expiry(RelayTask.objects.visible_to(by))
        .select_related("lead")
        .select_for_update(no_key=True, of=("self",))
        .filter(open_and_in_time(), lead_id=lead_id, handed_out_at__isnull=True)
        .order_by("id")
    )
    now = times.now()
    RelayTask.objects.filter(pk__in=[task.pk for task in tasks]).update(
        handed_out_at=now, handed_out_by=by
    )
    _record("relay.handed_out", tasks, by=by)
    return len(tasks)


@transaction.atomic
def mark_seen(task_id: uuid.UUID, *, by: "Officer", seen: bool = True) -> RelayTask:
    """The officer looked into the group with own eyes and saw it there, or takes that back."""
    task = (
        RelayTask.objects.visible_to(by)
        .select_related("lead")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=task_id)
    )
    task.seen_at, task.seen_by = (times.now(), by) if seen else (None, None)
    task.save(update_fields=["seen_at", "seen_by"])
    if seen and task.group_id:
        Group.objects.filter(pk=task.group_id).update(last_sign_at=task.seen_at)
    _record("relay.seen" if seen else "relay.not_seen", [task], by=by)
    return task


def _locked(which: object, task_ids: Collection[uuid.UUID], lead: Lead) -> list[RelayTask]:
    return list(
        RelayTask.objects.select_for_update(no_key=True, of=("self",))
        .filter(which, pk__in=task_ids, lead=lead)
        .order_by("id")
    )


def _by_group(tasks: list[RelayTask]) -> list[RelayTask]:
    """In the order in which every lead goes through shared groups, so that none waits in a ring."""
    return sorted(tasks, key=lambda task: (str(task.group_id), str(task.dispatch_id)))


def chain_of_task(task: RelayTask, by: object) -> str:
    """The audit chain in which it stands that somebody did something about a task.

    An officer's act is read by the auditors of the desk that looks after the lead. What leads say
    lies with the dispatch: many say it at once, and no desk has to wait for them.
    """
    if isinstance(by, Lead):
        return f"dispatch:{task.dispatch_id}"
    return unit_chain(task.lead.unit_id)


def _record(
    action: str, tasks: list[RelayTask], *, by: object, detail: dict[str, str] | None = None
) -> None:
    """One entry a chain, in a fixed order, so that two people at once never deadlock."""
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


def _this_evening() -> datetime.datetime:
    """20:30 in Vietnam, tomorrow when that is past."""
    now = times.now()
    evening = times.start_of(times.local_date(now)) + datetime.timedelta(hours=20, minutes=30)
    return evening if evening > now else evening + datetime.timedelta(days=1)
