"""Suspending a tip while others owe something, and taking it up again. It hides in no list."""

import uuid
from typing import Any

from django.utils import translation

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.decisions import acts
from keng.decisions.on_record import record_decision, required_reason
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.tips.errors import AlreadySuspended, DeadlineFirst, NoText, NotSuspended
from keng.tips.letters import resumed_sentence
from keng.tips.lock import lock_tip
from keng.tips.messages import add_message, mark_answered
from keng.tips.models import Decision, Tip


@act(acts.SUSPEND_TIP)
def suspend_tip(
    tip_id: uuid.UUID, *, ground: str, reason: str, text: str, by: Officer, seen: str | None = None
) -> Decision:
    """Suspend the tip and tell its reporter. Its deadlines run on, so that nobody forgets it.

    Raises NoReason, NoText, AlreadySuspended; DeadlineFirst for a critical tip.
    """
    said = required_reason(reason)
    if not text.strip():
        raise NoText
    tip = lock_tip(tip_id, by=by, seen=seen)
    if tip.suspended_at is not None:
        raise AlreadySuspended
    if tip.urgency == Urgency.P0:
        raise DeadlineFirst
    add_message(tip, text, by=by)
    mark_answered(tip)
    tip.suspended_at = times.now()
    tip.save(update_fields=["suspended_at"])
    kind, why = Decision.Kind.SUSPENDED, Decision.Ground(ground)
    return record_decision(tip, kind, by=by, reason=said, ground=why.value)


@act(acts.RESUME_TIP)
def resume_tip(tip_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None) -> Decision:
    """Take a suspended tip up again; its reporter reads so with the code.

    Raises NoReason, NotSuspended.
    """
    said = required_reason(reason)
    tip = lock_tip(tip_id, by=by, seen=seen)
    if tip.suspended_at is None:
        raise NotSuspended
    with translation.override(tip.language):
        add_message(tip, resumed_sentence(), by=None)
    return _resume(tip, by=by, reason=said)


def lift_suspension(tip: Tip, *, by: Officer) -> dict[str, Any]:
    """A tip that ends is suspended no longer, by a decision of its own; what undoes it.

    For the actions of this area, inside their transaction and lock.
    """
    if tip.suspended_at is None:
        return {}
    since = tip.suspended_at.isoformat()
    return {"lifted": str(_resume(tip, by=by).pk), "suspended_at": since}


def restore_suspension(tip: Tip, was: dict[str, Any]) -> None:
    """Undo `lift_suspension`: the tip is suspended as before."""
    if "lifted" not in was:
        return
    step = Decision.objects.get(pk=was["lifted"])
    step.detail["taken_back"] = True
    step.save(update_fields=["detail"])
    Tip.objects.filter(pk=tip.pk).update(suspended_at=was["suspended_at"])


def _resume(tip: Tip, *, by: Officer, reason: str = "") -> Decision:
    tip.suspended_at = None
    tip.save(update_fields=["suspended_at"])
    return record_decision(tip, Decision.Kind.RESUMED, by=by, reason=reason)
