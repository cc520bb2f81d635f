"""What officers answer from their phones: that they are coming to a tip, or that a test rang.

Whoever answers a call to a tip has not taken it: only a signed-in officer does that. The others are
called no more for ANSWER_HOLDS, and told so; then the calls go on where they stood, until somebody
takes it. Each officer can hold the calls for a tip once, so that a phone in wrong hands keeps
nobody away for longer.
"""

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.acts.locks import lock
from keng.acts.work import work
from keng.alarms import ringing
from keng.audit.actions import record, unit_chain
from keng.delivery.models import Delivery, Dispatch, PagerAnswer, PagerWay
from keng.duty import page_officers, pager_tests, rota
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.tips.models import Alarm, AlarmCall, Tip

# Long enough to reach a desk or open the tip on a phone; somebody's life may hang on the next call.
ANSWER_HOLDS = datetime.timedelta(minutes=5)
# What is answered in a chat is the newest call there, and an old message answers nothing new.
_ANSWERED_WITHIN = page_officers.CALL_EXPIRES_AFTER
_CLOCKS_APART = datetime.timedelta(minutes=1)
_AT_ONCE = 50


def settle_answers() -> int:
    """Do what was answered, each once; how many answers."""
    return sum(_settle_answer(key) for (key,) in _TO_SETTLE.fetch_rows())


def _to_settle_query() -> QuerySet[PagerAnswer, Any]:
    waiting = PagerAnswer.objects.filter(takes_tip=False)
    return waiting.order_by("id").values_list("pk")[:_AT_ONCE]


# Asked every two seconds, also while nobody answers.
_TO_SETTLE = CompiledQuery(_to_settle_query)


@work()
def _settle_answer(answer_id: uuid.UUID) -> int:
    answer = PagerAnswer.objects.filter(pk=answer_id).first()
    if answer is None:
        return 0
    call = _call_answered(answer)
    if call is None or call.dispatch.source_ref is None:
        return _forget(answer)
    way = PagerWay.objects.working().filter(pk=call.recipient_ref).first()
    if way is None:
        return _forget(answer)
    if call.dispatch.source_kind == pager_tests.TEST_SOURCE:
        pager_tests.hear_from_pager(call.dispatch.source_ref, way.pk)
    elif call.dispatch.source_kind == ringing.ALARM_SOURCE:
        _hold_calls(call.dispatch.source_ref, way)
    return _forget(answer)


def _forget(answer: PagerAnswer) -> int:
    """Settled: it says who has which phone in hand at night, and is needed no more."""
    PagerAnswer.objects.filter(pk=answer.pk).delete()
    return 1


def _call_answered(answer: PagerAnswer) -> Delivery | None:
    calls = Delivery.objects.select_related("dispatch").filter(
        recipient_kind=Delivery.RecipientKind.PAGER, dispatch__kind=Dispatch.Kind.PAGE
    )
    if answer.delivery_ref is not None:
        recent = calls.filter(created_at__gt=answer.at - _ANSWERED_WITHIN)
        return recent.filter(pk=answer.delivery_ref).first()
    # By the few dispatches of this half hour: deliveries are found by theirs.
    dispatches = Dispatch.objects.filter(
        kind=Dispatch.Kind.PAGE,
        created_at__gt=answer.at - _ANSWERED_WITHIN,
        created_at__lt=answer.at + _CLOCKS_APART,
    )
    return (
        calls.filter(dispatch__in=dispatches.values("pk"), recipient_ref=answer.way_id)
        .order_by("-id")
        .first()
    )


def _hold_calls(alarm_id: uuid.UUID, way: PagerWay) -> None:
    """The officer is coming: nobody else is called for a while. Nothing once somebody has it."""
    tips = Tip.objects.select_related("responsible_unit__parent")
    tip = lock(tips.filter(alarm=alarm_id)).first()
    alarm = lock(Alarm.objects.filter(pk=alarm_id)).first()
    officer = Officer.objects.only(*rota.COLUMNS_FOR_CALLS).get(pk=way.officer_id)
    if tip is None or alarm is None or not _may_hold(alarm, tip, officer):
        return
    now = times.now()
    calls = alarm.calls.filter(officer=officer, is_stand_down=False)
    last = calls.order_by("-id").first()
    if last is None or calls.filter(answered_at__isnull=False).exists():
        return
    last.answered_at = now
    last.save(update_fields=["answered_at"])
    alarm.next_call_at = now + ANSWER_HOLDS
    alarm.save(update_fields=["next_call_at"])
    page_officers.cancel_calls(ringing.ALARM_SOURCE, alarm.pk)
    record(
        "alarm.answered",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={
            "officer": str(officer.pk),
            "kind": way.kind,
            "round": alarm.rounds,
            "told": _tell_others(alarm, tip, officer),
        },
    )


def _may_hold(alarm: Alarm, tip: Tip, officer: Officer) -> bool:
    return alarm.ended_at is None and tip.rings and ringing.may_see(officer, tip)


def _tell_others(alarm: Alarm, tip: Tip, officer: Officer) -> int:
    """Whoever was called so far, without a telephone that rings; how many pagers."""
    called = AlarmCall.objects.filter(alarm=alarm, is_stand_down=False, ways__gt=0)
    people = Officer.objects.filter(pk__in=called.values("officer")).exclude(pk=officer.pk)
    words = _coming_words(tip)
    told = page_officers.call_officers(
        [one for one in people.only(*rota.COLUMNS_FOR_CALLS) if ringing.may_see(one, tip)],
        words,
        unit_id=tip.responsible_unit_id,
        source_kind=ringing.ALARM_SOURCE,
        source_ref=alarm.pk,
        room=settings.EMERGENCY_EMAIL if called.filter(officer=None).exists() else "",
        room_words=words[0],
        is_quiet=True,
    )
    return sum(told.ways.values())


def _coming_words(tip: Tip) -> list[page_officers.CallWords]:
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _("%(tip)s: somebody answered and is coming") % {
                "tip": ringing.unit_and_reference(tip)
            }
            text = _("You are called again in %(n)d minutes if nobody has taken it by then.") % {
                "n": ANSWER_HOLDS.total_seconds() // 60
            }
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found
