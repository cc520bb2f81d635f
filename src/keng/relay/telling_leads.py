"""Telling leads by their own channel that there is something to pass on: the worker does it.

One message for each lead and dispatch, with the link to the lead's own page; and before that the
first one at an address that somebody typed, which asks. Whoever has no channel, and whoever's
message did not arrive, stands on the hand-out list as before.
"""

import datetime
import uuid

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.locks import lock, take_turn
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery.actions.calling_off import MESSAGES_TO_LEADS, call_off_deliveries
from keng.delivery.actions.lead_messages import LeadMessage, write_lead_messages
from keng.delivery.audience import SameRecipients, audience_of_dispatch
from keng.delivery.models import Delivery, Dispatch, RelayTask
from keng.delivery.priorities import REPLACES_A_TEXT, priority_to_many
from keng.delivery.recipients import first_id_since
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.kit.compiled_queries import CompiledQuery
from keng.network.actions.lead_ways import BY_SMS, TYPED_CHANNELS
from keng.network.models import Lead, LeadWay
from keng.network.secret_links import lead_url, lead_way_url
from keng.places.models import Unit
from keng.relay.messages_to_leads import (
    ABOUT_ERASING,
    messages_about_tasks,
    put_off_and_told_by_hand,
)
from keng.relay.tasks_of_leads import open_and_in_time

_PORTION = 500
# Of what is older an officer tells a lead who has a channel only since.
_TOLD_WITHIN = datetime.timedelta(days=7)
FIRST_MESSAGES = "lead_way"
_FAILED = ("unknown", "gone", "rejected", "cancelled")
_REPLACES_FIRST = Case(When(dispatch__kind__in=REPLACES_A_TEXT, then=0), default=1)


def tell_leads() -> int:
    """One portion of each: what is called off, first messages, and what is to be passed on."""
    done = call_off_for_stopped() if _ANY_FOR_STOPPED.fetch_rows() else 0
    done += call_off_for_told() if _ANY_FOR_TOLD.fetch_rows() else 0
    done += send_first_messages() if _ANY_FIRST.fetch_rows() else 0
    now = times.now()
    is_due = _ANY_UNTOLD.fetch_rows(now=now, since=first_id_since(now - _TOLD_WITHIN))
    return done + (tell_of_next_dispatch() if is_due else 0)


@work()
def call_off_for_stopped() -> int:
    """What still waits for leads whom an officer noted as taking part no more.

    But not that somebody asked to erase them, while that can be called off.
    """
    return call_off_deliveries(_waiting_for_stopped())


def _waiting_for_stopped() -> QuerySet[Delivery]:
    stopped = Lead.objects.filter(stopped_at__isnull=False)
    about_erasing = Q(
        dispatch__source_kind=ABOUT_ERASING,
        recipient_ref__in=stopped.filter(erase_asked_at__isnull=False).values("pk"),
    )
    return Delivery.objects.filter(
        recipient_kind=Delivery.RecipientKind.LEAD,
        state__in=[Delivery.State.QUEUED, Delivery.State.NOT_NOW],
        recipient_ref__in=stopped.values("pk"),
    ).exclude(about_erasing)


@work()
def call_off_for_told() -> int:
    """What an officer told meanwhile no machine says once more, hours later."""
    return call_off_deliveries(put_off_and_told_by_hand())


@work()
def send_first_messages() -> int:
    """Ask at typed addresses, and greet in chats that are a lead's from now on."""
    if not take_turn(TurnLock.LEAD_MESSAGES):
        return 0
    waiting = _ways_without_first_message()
    first = waiting.order_by("lead__unit_id", "pk").values_list("lead__unit_id", flat=True).first()
    if first is None:
        return 0
    keys = waiting.filter(lead__unit_id=first).order_by("pk").values_list("pk", flat=True)
    ways = list(lock(LeadWay.objects.filter(pk__in=list(keys[:_PORTION]))))
    leads = Lead.objects.select_related("unit").in_bulk([way.pk for way in ways])
    notice = Dispatch.objects.create(
        kind=Dispatch.Kind.NOTICE,
        is_urgent=False,
        unit_id=first,
        source_kind=FIRST_MESSAGES,
        source_ref=first,
        materialised_at=times.now(),
    )
    written = [(way, _first_message(leads[way.pk], way)) for way in ways]
    write_lead_messages(notice, [(leads[way.pk], way, one) for way, one in written])
    LeadWay.objects.filter(pk__in=[way.pk for way in ways]).update(first_message_at=times.now())
    return len(ways)


def _ways_without_first_message() -> QuerySet[LeadWay]:
    return LeadWay.objects.filter(
        first_message_at__isnull=True, gone_at__isnull=True, lead__stopped_at__isnull=True
    ).exclude(channel="")


@work()
def tell_of_next_dispatch() -> int:
    """Tell leads of what goes first of all that they do not know of; how many were told."""
    if not take_turn(TurnLock.LEAD_MESSAGES):
        return 0
    now = times.now()
    untold = _untold_tasks(now=now, since=first_id_since(now - _TOLD_WITHIN))
    first = untold.order_by(_REPLACES_FIRST, "-dispatch__is_urgent", "dispatch_id").values_list(
        "dispatch_id", flat=True
    )
    key = first.first()
    if key is None:
        return 0
    # Locked before the dispatch, whose end would call off what is not yet written.
    ways = _ways_in_turn(untold, key)
    open_dispatch = Dispatch.objects.filter(pk=key, cancelled_at__isnull=True)
    dispatch = lock(open_dispatch.select_related("unit")).first()
    if dispatch is None or not ways:
        return 0
    leads = Lead.objects.select_related("unit").in_bulk([way.pk for way in ways])
    notice = Dispatch.objects.create(
        kind=Dispatch.Kind.NOTICE,
        is_urgent=dispatch.is_urgent,
        unit_id=dispatch.unit_id,
        source_kind=MESSAGES_TO_LEADS,
        source_ref=dispatch.pk,
        expires_at=dispatch.expires_at,
        materialised_at=times.now(),
    )
    rows = [(leads[way.pk], way, _task_message(leads[way.pk], dispatch, way)) for way in ways]
    priority = priority_to_many(dispatch.kind, is_urgent=dispatch.is_urgent)
    write_lead_messages(notice, rows, priority=priority)
    record(
        "relay.leads_told",
        by="worker",
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={"leads": len(rows)},
    )
    return len(rows)


def _ways_in_turn(untold: QuerySet[RelayTask], dispatch_id: uuid.UUID) -> list[LeadWay]:
    """Where one portion of the leads is told of this dispatch, locked, in the order of telling.

    Of a correction or a recall first who said that they passed the wrong text on: it stands there.
    """
    dispatch = Dispatch.objects.select_related("audience").get(pk=dispatch_id)
    audience = audience_of_dispatch(dispatch)
    earlier = audience.dispatches if isinstance(audience, SameRecipients) else ()
    passed_on = RelayTask.objects.filter(
        dispatch__in=earlier, lead=OuterRef("lead"), confirmed_at__isnull=False
    )
    tasks = untold.filter(dispatch=dispatch).annotate(
        turn=Case(When(Exists(passed_on), then=0), default=1)
    )
    in_turn = tasks.order_by("turn", "lead_id").values_list("lead_id", flat=True)
    lead_ids = list(in_turn.distinct()[:_PORTION])
    ways = lock(LeadWay.objects.in_use().filter(pk__in=lead_ids))
    ways_by_lead = {way.pk: way for way in ways}
    return [ways_by_lead[lead_id] for lead_id in lead_ids if lead_id in ways_by_lead]


def _untold_tasks(*, now: datetime.datetime, since: uuid.UUID) -> QuerySet[RelayTask]:
    """Open tasks of leads with a channel in use, of which neither man nor machine told them."""
    in_hand = messages_about_tasks().filter(
        ~Q(state__in=_FAILED) | Q(created_at__gte=OuterRef("lead__way__confirmed_at"))
    )
    return RelayTask.objects.filter(
        open_and_in_time(now),
        ~Exists(in_hand),
        pk__gte=since,
        handed_out_at__isnull=True,
        lead__stopped_at__isnull=True,
        lead__way__confirmed_at__isnull=False,
        lead__way__gone_at__isnull=True,
    )


# Asked every two seconds, also while nothing is to be told.
_ANY_FOR_STOPPED = CompiledQuery(lambda: _waiting_for_stopped().values_list("pk")[:1])
_ANY_FOR_TOLD = CompiledQuery(lambda: put_off_and_told_by_hand().values_list("pk")[:1])
_ANY_FIRST = CompiledQuery(lambda: _ways_without_first_message().values_list("pk")[:1])
_ANY_UNTOLD = CompiledQuery(
    lambda *, now, since: _untold_tasks(now=now, since=since).values_list("pk")[:1]
)


def _first_message(lead: Lead, way: LeadWay) -> LeadMessage:
    """Who entered them, and how to agree or to stop. It names nobody: the address may be wrong."""
    with translation.override(lead.language):
        subject = _("Passing warnings on: how you are told")
        if way.channel not in TYPED_CHANNELS:
            text = _(
                "%(unit)s: from now on you are told here when there is something to pass on. Your "
                "own page: %(link)s"
            ) % {"unit": lead.unit.name, "link": lead_url(lead)}
            return LeadMessage(subject, text)
        if way.is_entered_for_lead:
            return LeadMessage(subject, words_to_entered(lead.unit, way))
        words = _(
            "%(unit)s: somebody, perhaps you, wants to be told here of warnings to pass on. To "
            "agree, or to hear nothing more: %(link)s"
        )
        return LeadMessage(subject, words % {"unit": lead.unit.name, "link": lead_way_url(way)})


def words_to_entered(unit: Unit, way: LeadWay) -> str:
    """To an address that somebody else wrote down; in the language of now."""
    words = _(
        "%(unit)s wrote you down as somebody who passes warnings on. To agree, or to hear "
        "nothing more: %(link)s"
    )
    return words % {"unit": unit.name, "link": lead_way_url(way)}


def _task_message(lead: Lead, dispatch: Dispatch, way: LeadWay) -> LeadMessage:
    kind = Dispatch.Kind(dispatch.kind)
    text = task_words(
        lead, dispatch.unit, kind, way.channel, carries_thanks=dispatch.carries_thanks
    )
    with translation.override(lead.language):
        return LeadMessage(_("There is something to pass on"), text)


def task_words(
    lead: Lead, unit: Unit, kind: Dispatch.Kind, channel: str, *, carries_thanks: bool = False
) -> str:
    """Short, and no word of the warning: it is shown on locked screens."""
    with translation.override(lead.language):
        words = {
            Dispatch.Kind.CORRECTION: _("%(unit)s: a correction waits for you to pass it on."),
            Dispatch.Kind.RECALL: _("%(unit)s: a warning was taken back. Please pass that on."),
        }.get(kind, _("%(unit)s: a warning waits for you to pass it on."))
        if carries_thanks:
            words = _("%(unit)s: a word of thanks waits for you to pass it on.")
        words %= {"unit": unit.name}
        page = _("On your own page, the same as always: %(link)s") % {"link": lead_url(lead)}
        parts = [words, page]
        if channel != BY_SMS:
            parts.insert(1, _("Nobody asks you for a password, a code or money."))
        return " ".join(parts)
