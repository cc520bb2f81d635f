"""Leads who were told and have not confirmed: whom to remind, in which words, and that it was."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keng.acts.act import act
from keng.acts.locks import lock, lock_one
from keng.delivery.models import Dispatch, RelayTask
from keng.kit import times
from keng.network.models import GroupKind, Lead
from keng.relay import acts
from keng.relay.messages_to_leads import told_by_machine
from keng.relay.relay_acts import record_on_tasks
from keng.relay.tasks_of_leads import (
    has_recall,
    is_urgent_now,
    open_and_in_time,
    recall_sentence,
    title_to_pass_on,
    words_for_those_below,
)

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.delivery.models.relay import RelayTaskQuerySet

# How long to wait before reminding, in hours: what the page offers, and what it begins with.
HOURS_TO_WAIT = (1, 2, 6, 12, 24, 48)
USUAL_HOURS = 2
# Within this time a second tap is the first one again.
_SAME_REMINDER = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LeadToRemind:
    """A lead who answers to the desk, with the message ready."""

    lead: Lead
    titles: tuple[str, ...]
    groups: tuple[str, ...]
    message: str
    told_at: datetime.datetime
    reminded_at: datetime.datetime | None
    is_urgent: bool
    below: int
    """How many who answer to this lead have not confirmed; only the lead sees who."""


@act(acts.REMIND_LEAD)
def note_reminded(
    lead_id: uuid.UUID, *, hours: int, by: "Officer", dispatch: uuid.UUID | None = None
) -> int:
    """The officer sent the reminder to the lead's own chat; returns of how many tasks it spoke.

    Of those of one dispatch or of all, as the list that was shown. Raises NotAllowed.
    """
    lead = lock_one(Lead.objects.visible_to(by), lead_id)
    theirs = Q(lead=lead) | Q(lead__above=lead)
    waiting = _waiting_since(by, hours, dispatch).filter(theirs).select_related("lead")
    tasks = list(lock(waiting))
    now = times.now()
    unnoted = [task for task in tasks if not _is_noted(task, by, since=now - _SAME_REMINDER)]
    if unnoted:
        RelayTask.objects.filter(pk__in=[task.pk for task in unnoted]).update(
            reminded_at=now, reminded_by=by
        )
        record_on_tasks("relay.reminded", unnoted, by=by)
    return len(tasks)


def _is_noted(task: RelayTask, by: "Officer", *, since: datetime.datetime) -> bool:
    is_by_them = task.reminded_by_id == by.pk
    return is_by_them and task.reminded_at is not None and task.reminded_at > since


def leads_to_remind(
    officer: "Officer", *, hours: int = USUAL_HOURS, dispatch: uuid.UUID | None = None
) -> list[LeadToRemind]:
    """Who was told so long ago and has not confirmed: urgent ones first, then who waits longest.

    Whoever was reminded lately comes last. Who answers to another lead is that lead's to remind,
    and only counted here.
    """
    tasks = _waiting_since(officer, hours, dispatch)
    by_lead: dict[uuid.UUID, list[RelayTask]] = {}
    shown_with = tasks.select_related("lead__unit", "lead__above__unit", "group", "dispatch__unit")
    for task in shown_with.prefetch_related("dispatch__texts").order_by("id"):
        by_lead.setdefault((_superior_of(task.lead) or task.lead).pk, []).append(task)
    since = times.now() - datetime.timedelta(hours=hours)
    found = [_lead_to_remind(each) for each in by_lead.values()]

    def order(one: LeadToRemind) -> tuple[bool, bool, datetime.datetime]:
        is_reminded = one.reminded_at is not None and one.reminded_at > since
        return is_reminded, not one.is_urgent, one.told_at

    return sorted(found, key=order)


def _waiting_since(
    officer: "Officer", hours: int, dispatch: uuid.UUID | None
) -> "RelayTaskQuerySet":
    """Open tasks of the own desk's leads who know of them for so long and want no later hour.

    Those of one dispatch, or of all of them.
    """
    since = times.now() - datetime.timedelta(hours=hours)
    # Who answers to another lead hears of it from them, so the desk may never have told them.
    is_told = (
        Q(handed_out_at__lt=since)
        | Q(told_by_machine(before=since))
        | Q(
            handed_out_at=None,
            lead__above__unit_id=F("lead__unit_id"),
            lead__above__stopped_at=None,
            created_at__lt=since,
        )
    )
    wants_later = Q(cannot_reason="later", remind_at__gt=times.now())
    of_dispatch = Q(dispatch=dispatch) if dispatch else Q()
    return (
        RelayTask.objects.visible_to(officer)
        .filter(of_dispatch)
        .filter(open_and_in_time(), is_told, lead__unit_id__in=officer.own_unit_ids)
        .filter(lead__stopped_at=None)
        .exclude(wants_later)
    )


def _lead_to_remind(tasks: list[RelayTask]) -> LeadToRemind:
    first = tasks[0]
    lead = _superior_of(first.lead) or first.lead
    own = [task for task in tasks if task.lead_id == lead.pk]
    below = {task.lead_id for task in tasks if task.lead_id != lead.pk}
    titles = tuple(dict.fromkeys(_title_with_issuer(task.dispatch, lead) for task in tasks))
    is_school = any(task.group and task.group.kind == GroupKind.SCHOOL for task in tasks)
    with translation.override(lead.language):
        parts = [_reminder(lead, titles, is_school=is_school)] if own else []
        if below:
            parts.append(_reminder_of_those_below(lead, titles, len(below), is_school=is_school))
        if has_recall(task.dispatch for task in tasks):
            parts.append(f"{recall_sentence()}.")
    reminded = [task.reminded_at for task in tasks if task.reminded_at]
    return LeadToRemind(
        lead,
        titles,
        tuple(dict.fromkeys(task.group.name for task in own if task.group)),
        " ".join(parts),
        min(task.handed_out_at or task.created_at for task in tasks),
        max(reminded, default=None),
        any(is_urgent_now(task.dispatch) for task in tasks),
        len(below),
    )


def _title_with_issuer(dispatch: Dispatch, lead: Lead) -> str:
    """The desk that reminds signs; whose text it is stands with the title where it is another's."""
    title = title_to_pass_on(dispatch)
    if dispatch.unit_id == lead.unit_id:
        return title
    return f"{title} ({dispatch.unit.name})"


def _reminder(lead: Lead, titles: tuple[str, ...], *, is_school: bool) -> str:
    """No link stands in it: the lead opens the page that they saved."""
    if is_school:
        words = _(
            "%(unit)s to %(name)s: please send “%(titles)s” to the classes and their parents, then "
            "open your own page where you saved it and press “I have passed it on”. If it cannot "
            "be done, say so there, under “You cannot, or not now?”."
        )
    else:
        words = _(
            "%(unit)s to %(name)s: we have not heard yet whether “%(titles)s” is posted in your "
            "group. Once it is, open your own page where you saved it and press “I have passed it "
            "on”. If it cannot be done, say so there, under “You cannot, or not now?”."
        )
    return words % _values(lead, titles)


def _reminder_of_those_below(
    lead: Lead, titles: tuple[str, ...], n: int, *, is_school: bool
) -> str:
    """For whoever stands above them, with words to send on."""
    words = ngettext(
        "%(unit)s to %(name)s: of those who pass this on under you, %(count)s has not confirmed. "
        "Please remind them; you can send them this: %(words)s",
        "%(unit)s to %(name)s: of those who pass this on under you, %(count)s have not confirmed. "
        "Please remind them; you can send them this: %(words)s",
        n,
    )
    said = words_for_those_below("; ".join(titles), is_school=is_school)
    return words % (_values(lead, titles) | {"count": str(n), "words": said})


def _values(lead: Lead, titles: tuple[str, ...]) -> dict[str, str]:
    return {"unit": lead.unit.name, "name": lead.name, "titles": "; ".join(titles)}


def _superior_of(lead: Lead) -> Lead | None:
    """Whom the lead answers to; the desk alone once that one has stopped, or is another desk's."""
    above = lead.above
    if above is None or above.stopped_at is not None or above.unit_id != lead.unit_id:
        return None
    return above
