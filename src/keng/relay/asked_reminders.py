"""The reminder that a lead asked for: at the hour that their own page named, by their own channel.

Whoever has no channel is promised nothing; the desk sees which hour they named.
"""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.locks import lock, take_turn
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery.actions.calling_off import REMINDERS_TO_LEADS, call_off_deliveries
from keng.delivery.actions.lead_messages import LeadMessage, quiet_until, write_lead_messages
from keng.delivery.models import Delivery, Dispatch, RelayTask
from keng.delivery.priorities import priority_to_many
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.network.actions.lead_ways import BY_SMS
from keng.network.models import Lead, LeadWay
from keng.network.secret_links import lead_url
from keng.relay.tasks_of_leads import open_and_in_time, title_to_pass_on

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_PORTION = 500
_EVENING = datetime.timedelta(hours=20, minutes=30)
# A worker that was away longer reminds nobody: the hour is long past, and the desk has the list.
_LATE_AT_MOST = datetime.timedelta(days=1)
_TO_LEADS = Q(recipient_kind=Delivery.RecipientKind.LEAD, dispatch__source_kind=REMINDERS_TO_LEADS)
_DID_NOT_ARRIVE = ("unknown", "gone", "rejected")


def way_in_use(lead: Lead) -> LeadWay | None:
    """Where the machine can write to the lead; None where it cannot."""
    return LeadWay.objects.in_use().without_address().filter(pk=lead.pk).first()


def hour_to_remind(way: LeadWay | None, *, is_urgent: bool) -> datetime.datetime:
    """20:30 in Vietnam, tomorrow when that is past; or when the quiet hours around it end."""
    now = times.now()
    evening = times.start_of(times.local_date(now)) + _EVENING
    if evening <= now:
        evening += datetime.timedelta(days=1)
    return (way and quiet_until(way, evening, is_urgent=is_urgent)) or evening


@work()
def send_asked_reminders() -> int:
    """Remind the leads of one dispatch whose hour has come; how many were written to.

    One message is enough for all that a lead put off to that hour.
    """
    if not take_turn(TurnLock.LEAD_MESSAGES):
        return 0
    key = _due_tasks().order_by("remind_at", "pk").values_list("dispatch_id", flat=True).first()
    if key is None:
        return 0
    due = _due_tasks().filter(dispatch=key)
    asked = list(due.order_by("lead_id").values_list("lead_id", flat=True).distinct()[:_PORTION])
    ways = {way.pk: way for way in lock(LeadWay.objects.in_use().filter(pk__in=asked))}
    dispatch = lock(Dispatch.objects.select_related("unit").filter(pk=key)).get()
    # Read again under their locks: a lead may have confirmed a moment ago.
    tasks = lock(due.filter(lead__in=ways))
    leads = {task.lead_id: task.lead for task in tasks.select_related("lead")}
    if not leads:
        return 0
    notice = Dispatch.objects.create(
        kind=Dispatch.Kind.NOTICE,
        is_urgent=dispatch.is_urgent,
        unit_id=dispatch.unit_id,
        source_kind=REMINDERS_TO_LEADS,
        source_ref=dispatch.pk,
        expires_at=dispatch.expires_at,
        materialised_at=times.now(),
    )
    rows = [
        (lead, ways[pk], _reminder(lead, dispatch, ways[pk])) for pk, lead in sorted(leads.items())
    ]
    priority = priority_to_many(dispatch.kind, is_urgent=dispatch.is_urgent)
    write_lead_messages(notice, rows, priority=priority)
    record(
        "relay.leads_told",
        by="worker",
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={"leads": len(rows), "reason": "asked to be reminded"},
    )
    return len(rows)


def call_off_asked_reminders(lead: Lead, dispatch_ids: Collection[uuid.UUID]) -> int:
    """A step: what reminds the lead of these never leaves. For what they still put off the worker
    writes another one. Made later than all else of a dispatch, so locked after that.
    """
    if not dispatch_ids:
        return 0
    return call_off_deliveries(
        Delivery.objects.filter(
            _TO_LEADS, recipient_ref=lead.pk, dispatch__source_ref__in=dispatch_ids
        )
    )


def _due_tasks() -> QuerySet[RelayTask]:
    """Open tasks whose hour has come, of leads whom neither man nor machine reminded since."""
    now = times.now()
    # Whatever became of it is one reminder; only what was called off may be written again.
    written = Delivery.objects.filter(
        _TO_LEADS, recipient_ref=OuterRef("lead_id"), created_at__gte=OuterRef("remind_at")
    ).exclude(state=Delivery.State.CANCELLED)
    return RelayTask.objects.filter(
        open_and_in_time(),
        ~Exists(written),
        Q(reminded_at__isnull=True) | Q(reminded_at__lt=F("remind_at")),
        cannot_reason="later",
        remind_at__lte=now,
        remind_at__gt=now - _LATE_AT_MOST,
        lead__stopped_at__isnull=True,
        lead__way__confirmed_at__isnull=False,
        lead__way__gone_at__isnull=True,
    )


def _reminder(lead: Lead, dispatch: Dispatch, way: LeadWay) -> LeadMessage:
    """Short, and no word of the warning: it is shown on locked screens."""
    with translation.override(lead.language):
        words = _("%(unit)s: you asked to be reminded now. It still waits for you to pass it on.")
        page = _("On your own page, the same as always: %(link)s") % {"link": lead_url(lead)}
        parts = [words % {"unit": dispatch.unit.name}, page]
        if way.channel != BY_SMS:
            parts.insert(1, _("Nobody asks you for a password, a code or money."))
        return LeadMessage(_("You asked to be reminded"), " ".join(parts))


@dataclass(frozen=True, slots=True)
class NamedHour:
    """A lead of the desk who put something off, and whom no machine reminds at that hour."""

    lead: Lead
    titles: tuple[str, ...]
    at: datetime.datetime
    did_not_arrive: bool
    """The machine wrote to them, in vain."""


def hours_named_to_desk(officer: "Officer") -> list[NamedHour]:
    """Leads of the own desk whom only an officer can remind at the hour they named, soonest first.

    Who answers to another lead of the desk is that lead's to remind.
    """
    last = (
        Delivery.objects.filter(
            _TO_LEADS, recipient_ref=OuterRef("lead_id"), created_at__gte=OuterRef("remind_at")
        )
        .exclude(state=Delivery.State.CANCELLED)
        .filter(state__in=_DID_NOT_ARRIVE)
    )
    has_superior = Q(lead__above__unit_id=F("lead__unit_id"), lead__above__stopped_at__isnull=True)
    in_use = LeadWay.objects.in_use().filter(pk=OuterRef("lead_id"))
    tasks = (
        RelayTask.objects.visible_to(officer)
        .filter(open_and_in_time(), cannot_reason="later", remind_at__isnull=False)
        .filter(lead__unit_id__in=officer.own_unit_ids, lead__stopped_at__isnull=True)
        .exclude(has_superior)
        .exclude(reminded_at__gte=F("remind_at"))
        .annotate(is_written_to=Exists(in_use), did_not_arrive=Exists(last))
        .filter(Q(is_written_to=False) | Q(did_not_arrive=True))
        .select_related("lead", "dispatch")
        .prefetch_related("dispatch__texts")
        .order_by("remind_at", "pk")
    )
    by_lead: dict[uuid.UUID, list[RelayTask]] = {}
    for task in tasks:
        by_lead.setdefault(task.lead_id, []).append(task)
    return [_named_hour(of) for of in by_lead.values()]


def _named_hour(tasks: list[RelayTask]) -> NamedHour:
    first = tasks[0]
    if first.remind_at is None:
        raise ValueError(first.pk)
    titles = dict.fromkeys(title_to_pass_on(task.dispatch) for task in tasks)
    did_not_arrive = any(getattr(task, "did_not_arrive", False) for task in tasks)
    return NamedHour(first.lead, tuple(titles), first.remind_at, did_not_arrive)
