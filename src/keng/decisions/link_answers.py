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
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

from keng.accounts.models import Officer
from keng.acts.errors import Refused
from keng.acts.locks import lock
from keng.acts.work import savepoint, work
from keng.alarms import ringing
from keng.audit.actions import record, unit_chain
from keng.decisions import triage, undo
from keng.delivery.call_links import call_by_token
from keng.delivery.models import Delivery, PagerAnswer, PagerWay
from keng.duty import page_officers, rota
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.worker_tasks import WORK_CHANNEL
from keng.tips.models import Alarm, Decision, Tip, TipReader

# Long enough to sign in on a phone and open the tip.
OPENED_WITHIN = datetime.timedelta(minutes=5)
_AT_ONCE = 50


class LinkState(Enum):
    """What the page behind a link can say."""

    OVER = "over"
    """No link of ours, too old, used once, or of no use now: only signing in helps."""
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
    answers = PagerAnswer.objects.filter(delivery_ref=call.pk, takes_tip=True)
    tapped = answers.only("refused_at").first()
    if tapped is not None and tapped.refused_at is None:
        return CallLink(LinkState.WAITING, call, alarm.tip_id)
    state = _state_for(alarm, way.officer_id, is_refused=tapped is not None)
    return CallLink(state, call, alarm.tip_id)


def _state_for(alarm: Alarm, officer_id: uuid.UUID, *, is_refused: bool) -> LinkState:
    if alarm.ended_at is not None:
        return LinkState.YOURS if alarm.taken_by_id == officer_id else LinkState.TAKEN
    is_over = is_refused or _taken_by_link(alarm.tip_id, officer_id).exists()
    return LinkState.OVER if is_over else LinkState.RINGING


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
    # Until then the page says that the link is of no use (`LinkState.OVER`).
    over = times.now() - page_officers.CALL_EXPIRES_AFTER
    if _REFUSED.fetch_rows(before=over):
        PagerAnswer.objects.filter(takes_tip=True, refused_at__lt=over).delete()
    return _do_each(_take, (key for (key,) in _TO_TAKE.fetch_rows()))


def _refused_query(*, before: datetime.datetime) -> QuerySet[PagerAnswer, Any]:
    refused = PagerAnswer.objects.filter(takes_tip=True, refused_at__lt=before)
    return refused.values_list("pk")[:1]


def _to_take_query() -> QuerySet[PagerAnswer, Any]:
    waiting = PagerAnswer.objects.filter(takes_tip=True, refused_at__isnull=True)
    return waiting.order_by("id").values_list("pk")[:_AT_ONCE]


# Asked every two seconds, also while nobody taps.
_REFUSED, _TO_TAKE = CompiledQuery(_refused_query), CompiledQuery(_to_take_query)


def _do_each(do: Callable[[uuid.UUID], int], keys: Iterable[uuid.UUID]) -> int:
    """Each in its own transaction; a failure is raised when all others had their turn."""
    done = 0
    failed: Exception | None = None
    for key in list(keys):
        try:
            done += do(key)
        except Exception as error:  # noqa: BLE001 -- raised below
            failed = failed or error
    if failed is not None:
        raise failed
    return done


@work()
def _take(answer_id: uuid.UUID) -> int:
    answer = PagerAnswer.objects.filter(pk=answer_id, refused_at__isnull=True).first()
    if answer is None or answer.delivery_ref is None:
        return 0
    since = answer.at - page_officers.CALL_EXPIRES_AFTER
    calls = Delivery.objects.select_related("dispatch").filter(created_at__gt=since)
    call = calls.filter(pk=answer.delivery_ref).first()
    way = PagerWay.objects.working().filter(pk=call.recipient_ref).first() if call else None
    alarm = _alarm_of(call) if call else None
    tapped, is_taken = PagerAnswer.objects.filter(pk=answer.pk), False
    if alarm is not None and way is not None:
        # What a decision refuses is refused for good: nobody taps the same link again.
        with suppress(Refused), savepoint():
            is_taken = _take_on(alarm, way)
    if is_taken:
        tapped.delete()
    else:
        tapped.update(refused_at=times.now())
    return 1


def _take_on(alarm: Alarm, way: PagerWay) -> bool:
    """The tip becomes the officer's, if it still calls and they may read it; whether it did."""
    tip = lock(Tip.objects.filter(alarm=alarm)).first()
    officer = Officer.objects.only(*rota.COLUMNS_FOR_CALLS).get(pk=way.officer_id)
    if tip is None or not tip.rings or not ringing.is_free_to_take(tip):
        return False
    may_read = Tip.objects.visible_to(officer).filter(pk=tip.pk)
    if _taken_by_link(tip.pk, officer.pk).exists() or not may_read.exists():
        return False
    triage.accept_tip(tip.pk, by=officer, by_link=True)
    Alarm.objects.filter(pk=alarm.pk, ended_at__isnull=False).update(taken_by_link_at=times.now())
    return True


def give_back_unopened() -> int:
    """Let go what was taken by a link and not opened in time; how many that settled."""
    waiting = Alarm.objects.filter(taken_by_link_at__isnull=False).order_by("taken_by_link_at")
    return _do_each(_settle_taken, waiting.values_list("tip", flat=True)[:_AT_ONCE])


@work()
def _settle_taken(tip_id: uuid.UUID) -> int:
    """The tip is locked first, as decisions do."""
    tips = Tip.objects.select_related("responsible_unit__parent").filter(pk=tip_id)
    tip = lock(tips).get()
    alarm = lock(Alarm.objects.filter(tip=tip)).get()
    if alarm.taken_by_link_at is None:
        return 0
    decision = _unopened_decision(tip, alarm)
    if decision is not None and times.now() < alarm.taken_by_link_at + OPENED_WITHIN:
        return 0
    alarm.taken_by_link_at = None
    alarm.save(update_fields=["taken_by_link_at"])
    if decision is None:
        return 1
    undo.release_taken(decision, tip)
    ringing.settle_alarm(tip, by="worker")
    record(
        "alarm.not_opened",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"officer": str(decision.by_id), "decision": str(decision.pk)},
    )
    return 1


def _unopened_decision(tip: Tip, alarm: Alarm) -> Decision | None:
    """By which it was taken by a link, if it is still theirs who took it and they never came.

    What others decide on it meanwhile says nothing about who took it.
    """
    officer_id = tip.assigned_to_id
    if officer_id is None or alarm.ended_at is None or not tip.is_open:
        return None
    taken = _taken_by_link(tip.pk, officer_id).exclude(detail__has_key="taken_back")
    decision = taken.order_by("-id").first()
    if decision is None:
        return None
    readers = TipReader.objects.filter(
        tip=tip, officer=officer_id, seen_at__gt=alarm.taken_by_link_at
    )
    has_decided = tip.decisions.filter(by=officer_id, pk__gt=decision.pk)
    return None if readers.exists() or has_decided.exists() else decision
