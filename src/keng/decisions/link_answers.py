"""A critical tip is taken on by the link of a text message, without signing in.

The link belongs to one call to one officer's telephone, is good as long as a call is, and does this
one thing: the page behind it shows no word of the tip. The officer then signs in and reads. Whoever
else holds the phone holds nothing up for long: what is not opened within OPENED_WITHIN is nobody's
again, and calls as before; that officer's links then take it no more.

The page keeps what was tapped, the worker does it: the desk writes no tip in the name of somebody
who has not signed in.
"""

import datetime
import uuid
from dataclasses import dataclass
from enum import Enum

from django.db import connection, models

from keng.accounts.models import Officer
from keng.acts.locks import lock
from keng.acts.work import work
from keng.alarms import ringing
from keng.audit.actions import record, unit_chain
from keng.decisions import triage, undo
from keng.delivery.call_links import call_by_token
from keng.delivery.models import Delivery, PagerAnswer, PagerWay
from keng.duty import page_officers, rota
from keng.kit import times
from keng.kit.worker_tasks import WORK_CHANNEL
from keng.tips.models import Alarm, Decision, Tip, TipReader

# Long enough to sign in on a phone and open the tip.
OPENED_WITHIN = datetime.timedelta(minutes=5)
_AT_ONCE = 50


class LinkState(Enum):
    """What the page behind a link can say."""

    OVER = "over"
    """No link of ours, too old, or used once: only signing in helps."""
    RINGING = "ringing"
    WAITING = "waiting"
    """It was tapped, and the worker has not done it yet."""
    YOURS = "yours"
    TAKEN = "taken"
    """By somebody else, or it is closed."""


@dataclass(frozen=True, slots=True)
class CallLink:
    """A link that somebody opened. Without a call it is over."""

    state: LinkState
    call: Delivery | None = None
    tip_id: uuid.UUID | None = None


def call_link(token: str) -> CallLink:
    """What this link can do now; nothing of it is about what the tip says."""
    call = call_by_token(token)
    if call is None or call.created_at < times.now() - page_officers.CALL_EXPIRES_AFTER:
        return CallLink(LinkState.OVER)
    alarm = _alarm_of(call)
    way = PagerWay.objects.working().filter(pk=call.recipient_ref).only("officer").first()
    if alarm is None or way is None:
        return CallLink(LinkState.OVER)
    if PagerAnswer.objects.filter(delivery_ref=call.pk, takes_tip=True).exists():
        return CallLink(LinkState.WAITING, call, alarm.tip_id)
    return CallLink(_state_for(alarm, way.officer_id), call, alarm.tip_id)


def _state_for(alarm: Alarm, officer_id: uuid.UUID) -> LinkState:
    if alarm.ended_at is not None:
        return LinkState.YOURS if alarm.taken_by_id == officer_id else LinkState.TAKEN
    was_used = _taken_by_link(alarm.tip_id, officer_id).exists()
    return LinkState.OVER if was_used else LinkState.RINGING


def _alarm_of(call: Delivery) -> Alarm | None:
    about = call.dispatch.source_ref
    if about is None or call.dispatch.source_kind != ringing.ALARM_SOURCE:
        return None
    return Alarm.objects.filter(pk=about).first()


def _taken_by_link(tip_id: uuid.UUID, officer_id: uuid.UUID) -> "models.QuerySet[Decision]":
    return Decision.objects.filter(
        tip=tip_id, by=officer_id, kind=Decision.Kind.ACCEPTED, detail__by_link=True
    )


@work()
def tap(link: CallLink) -> None:
    """Keep that it was tapped, once however often; the worker takes the tip on."""
    if link.call is None or link.state is not LinkState.RINGING:
        return
    answer = PagerAnswer(delivery_ref=link.call.pk, takes_tip=True, at=times.now())
    PagerAnswer.objects.bulk_create([answer], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WORK_CHANNEL])


def take_by_links() -> int:
    """Do what was tapped, each once; how many."""
    waiting = PagerAnswer.objects.filter(takes_tip=True).order_by("id")
    return sum(map(_take, list(waiting.values_list("pk", flat=True)[:_AT_ONCE])))


@work()
def _take(answer_id: uuid.UUID) -> int:
    answer = PagerAnswer.objects.filter(pk=answer_id).first()
    if answer is None or answer.delivery_ref is None:
        return 0
    since = answer.at - page_officers.CALL_EXPIRES_AFTER
    calls = Delivery.objects.select_related("dispatch").filter(created_at__gt=since)
    call = calls.filter(pk=answer.delivery_ref).first()
    way = PagerWay.objects.working().filter(pk=call.recipient_ref).first() if call else None
    alarm = _alarm_of(call) if call else None
    if alarm is not None and way is not None:
        _take_on(alarm, way)
    PagerAnswer.objects.filter(pk=answer.pk).delete()
    return 1


def _take_on(alarm: Alarm, way: PagerWay) -> None:
    """The tip becomes the officer's, if it still calls and they may see it."""
    tip = lock(Tip.objects.filter(alarm=alarm)).first()
    officer = Officer.objects.only(*rota.COLUMNS_FOR_CALLS).get(pk=way.officer_id)
    if tip is None or not tip.rings or not tip.is_open or tip.assigned_to_id is not None:
        return
    if _taken_by_link(tip.pk, officer.pk).exists() or not ringing.may_see(officer, tip):
        return
    triage.accept_tip(tip.pk, by=officer, by_link=True)
    Alarm.objects.filter(pk=alarm.pk, ended_at__isnull=False).update(taken_by_link_at=times.now())


def give_back_unopened() -> int:
    """Let go what was taken by a link and not opened in time; how many that settled."""
    waiting = Alarm.objects.filter(taken_by_link_at__isnull=False).order_by("taken_by_link_at")
    return sum(map(_settle_taken, list(waiting.values_list("tip", flat=True)[:_AT_ONCE])))


@work()
def _settle_taken(tip_id: uuid.UUID) -> int:
    """The tip is locked first, as decisions do."""
    tips = Tip.objects.select_related("responsible_unit__parent").filter(pk=tip_id)
    tip = lock(tips).get()
    alarm = lock(Alarm.objects.filter(tip=tip)).get()
    if alarm.taken_by_link_at is None:
        return 0
    if not _is_still_unopened(tip, alarm):
        alarm.taken_by_link_at = None
        alarm.save(update_fields=["taken_by_link_at"])
        return 1
    if times.now() < alarm.taken_by_link_at + OPENED_WITHIN:
        return 0
    decision = tip.decisions.latest("id")
    undo.restore_taken(decision, tip)
    ringing.settle_alarm(tip, by="worker")
    record(
        "alarm.not_opened",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"officer": str(decision.by_id), "decision": str(decision.pk)},
    )
    return 1


def _is_still_unopened(tip: Tip, alarm: Alarm) -> bool:
    """Whether nothing has happened since it was taken, and who took it has not opened it."""
    latest = tip.decisions.latest("id")
    is_last = latest.detail.get("by_link") is True and "taken_back" not in latest.detail
    readers = TipReader.objects.filter(
        tip=tip, officer=latest.by_id, seen_at__gt=alarm.taken_by_link_at
    )
    return is_last and alarm.ended_at is not None and not readers.exists()
