"""The same decision on many tips: each on its own, with its own entry on record.

What cannot be done with one of them is left as it is and said; the others are done.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere
from keng.decisions import acts, putting_off, triage, undo
from keng.tips.errors import AllTipsRing, CannotDecide, CriticalBehindCalm, NothingChosen, NotYours
from keng.tips.gravity import has_unread_danger, urgency_order
from keng.tips.models import Decision, Tip

# As many rows as four pages of the list show.
MOST_TIPS_AT_ONCE = 200


@dataclass(slots=True)
class BulkResult:
    """What was decided, and how often something stood in the way."""

    steps: list[Decision] = field(default_factory=list)
    ringing: int = 0
    critical: int = 0
    left: int = 0


@act(acts.ACCEPT_TIPS)
def accept_tips(
    tip_ids: Sequence[uuid.UUID], *, by: Officer, since: datetime.datetime
) -> BulkResult:
    """Take all of them on that nobody else has."""
    return _decide_each(tip_ids, by, since, lambda pk: triage.accept_tip(pk, by=by))


@act(acts.SORT_TIPS)
def sort_tips(
    tip_ids: Sequence[uuid.UUID], *, category: str, by: Officer, since: datetime.datetime
) -> BulkResult:
    """Give all of them one category."""
    return _decide_each(
        tip_ids, by, since, lambda pk: triage.sort_tip(pk, category=category, by=by)
    )


@act(acts.PUT_OFF_TIPS)
def put_off_tips(
    tip_ids: Sequence[uuid.UUID],
    *,
    until: datetime.datetime,
    by: Officer,
    since: datetime.datetime,
) -> BulkResult:
    """Put all of them off."""
    return _decide_each(
        tip_ids, by, since, lambda pk: putting_off.put_off_tip(pk, until=until, by=by)
    )


@act(acts.JOIN_TIPS)
def join_tips(
    tip_ids: Sequence[uuid.UUID], *, by: Officer, since: datetime.datetime
) -> tuple[BulkResult, uuid.UUID]:
    """Make one incident of all of them; returns its id too.

    One that has an incident already keeps it, else the most urgent is the first, and among equals
    the oldest.
    """
    tips, ringing = _tips_unchanged_since(tip_ids, by, since)
    if len(tips) < 2:
        raise AllTipsRing if ringing else NothingChosen
    gravest = min(tips, key=lambda tip: (urgency_order(tip), tip.pk))
    first = next((tip for tip in tips if tip.incident_id), gravest)
    others = [tip.pk for tip in tips if tip.pk != first.pk]
    done = _one_by_one(others, lambda pk: triage.mark_duplicate(pk, of=first.pk, by=by))
    if not done.steps:
        raise CriticalBehindCalm if done.critical else NothingChosen
    _count_left(done, tip_ids, tips, ringing)
    incident_id: uuid.UUID = uuid.UUID(done.steps[0].detail["incident"])
    return done, incident_id


@act(acts.TAKE_BACK_DECISIONS)
def take_back_decisions(decision_ids: Sequence[uuid.UUID], *, by: Officer) -> BulkResult:
    """The undo of all of it, last step first."""
    permit_anywhere()
    done = BulkResult()
    steps = Decision.objects.filter(pk__in=decision_ids, by=by)
    others = {uuid.UUID(pk) for step in steps for pk in undo.tips_locked_for_undo(step)}
    _lock_tips([*(step.tip_id for step in steps), *others])
    for pk in reversed(decision_ids):
        try:
            undo.take_back_decision(pk, by=by)
        except NotYours:
            raise
        except CannotDecide:
            done.left += 1
        else:
            done.steps.append(Decision(pk=pk))
    return done


def _decide_each(
    tip_ids: Sequence[uuid.UUID],
    by: Officer,
    since: datetime.datetime,
    decide: Callable[[uuid.UUID], Decision],
) -> BulkResult:
    tips, ringing = _tips_unchanged_since(tip_ids, by, since)
    if not tips:
        raise AllTipsRing if ringing else NothingChosen
    done = _one_by_one([tip.pk for tip in tips], decide)
    _count_left(done, tip_ids, tips, ringing)
    return done


def _count_left(
    done: BulkResult, tip_ids: Sequence[uuid.UUID], tips: list[Tip], ringing: int
) -> None:
    done.ringing = ringing
    done.left += len(set(tip_ids)) - len(tips) - ringing


def _one_by_one(
    tip_ids: Sequence[uuid.UUID], decide: Callable[[uuid.UUID], Decision]
) -> BulkResult:
    done = BulkResult()
    for pk in tip_ids:
        try:
            done.steps.append(decide(pk))
        except CriticalBehindCalm:
            done.critical += 1
        except CannotDecide:
            done.left += 1
    return done


def _tips_unchanged_since(
    tip_ids: Sequence[uuid.UUID], by: Officer, since: datetime.datetime
) -> tuple[list[Tip], int]:
    """The visible ones on which nobody else decided after the list was made, unit by unit.

    Not those that call people: each is taken by somebody who reads it, and never among many. How
    many those are is the other answer.

    All are locked before the first is decided on, and each decision asks for its own permission.
    """
    permit_anywhere()
    visible = Tip.objects.visible_to(by).open().filter(pk__in=list(tip_ids)[:MOST_TIPS_AT_ONCE])
    _lock_tips(list(visible.values_list("pk", flat=True)))
    decided = Decision.objects.filter(tip__in=tip_ids, at__gt=since).exclude(by=by)
    found = visible.exclude(pk__in=decided.values("tip")).order_by("responsible_unit", "id")
    calm = [tip for tip in found if not (tip.rings or has_unread_danger(tip))]
    return calm, len(found) - len(calm)


def _lock_tips(tip_ids: Sequence[uuid.UUID]) -> None:
    """These and the tips behind them, in the order in which everybody locks several.

    What was passed on meanwhile may be kept back (keng.acts.locks.lock_all): each decision locks
    its own tip again, and says so.
    """
    all_of_them = Q(pk__in=tip_ids) | Q(duplicate_of__in=tip_ids)
    list(lock(Tip.objects.filter(all_of_them)).values("pk"))
