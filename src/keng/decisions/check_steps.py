"""Ticking the steps of a tip that cannot wait, and unticking them with a reason."""

import uuid

from django.db.models import Q

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.audit.actions import record, unit_chain
from keng.decisions import acts
from keng.decisions.incident_lead import first_in_sight, is_first_in_sight
from keng.decisions.money_clock import ASKED_BANK, follow_money_of
from keng.decisions.on_record import required_reason
from keng.kit import times
from keng.tips.check_list import check_list_steps, has_check_list
from keng.tips.errors import CannotDecide
from keng.tips.lock import lock_tip, lock_tips
from keng.tips.models import Tip, TipCheck


class NotOnTheList(CannotDecide):
    """The tip waits now, has no such step, or nobody has ticked it."""


@act(acts.TICK_STEP)
def tick_step(tip_id: uuid.UUID, *, step: str, by: Officer) -> TipCheck:
    """Say that a step is done. Said by two at once, it is the first one's. Raises NotOnTheList."""
    tip = _lock_ticked_tip(tip_id, step, by)
    if not has_check_list(tip) or step not in {each.code for each in check_list_steps(tip)}:
        raise NotOnTheList
    standing = _ticked_check(tip, step)
    if standing is not None:
        return standing
    check = TipCheck.objects.create(tip=tip, step=step, ticked_by=by, ticked_at=times.now())
    _follow_money(tip, step, by)
    _record_check("tip.ticked", check, tip, by)
    return check


@act(acts.UNTICK_STEP)
def untick_step(tip_id: uuid.UUID, *, step: str, reason: str, by: Officer) -> TipCheck:
    """It was not done after all: whoever sees the tip may say so. Raises NotOnTheList, NoReason."""
    said = required_reason(reason)
    tip = _lock_ticked_tip(tip_id, step, by)
    check = _ticked_check(tip, step)
    if check is None:
        raise NotOnTheList
    check.unticked_by, check.unticked_at, check.reason = by, times.now(), said
    check.save(update_fields=["unticked_by", "unticked_at", "reason"])
    _follow_money(tip, step, by)
    _record_check("tip.unticked", check, tip, by)
    return check


def _lock_ticked_tip(tip_id: uuid.UUID, step: str, by: Officer) -> Tip:
    """With the first tip of its incident, where that has the clock of its money."""
    if step == ASKED_BANK:
        lock_tips(Q(pk=tip_id) | is_first_in_sight(tip_id, by))
    return lock_tip(tip_id, by=by)


def _follow_money(tip: Tip, step: str, by: Officer) -> None:
    if step != ASKED_BANK:
        return
    follow_money_of(tip)
    if first := first_in_sight(tip.pk, by):
        follow_money_of(first)


def _ticked_check(tip: Tip, step: str) -> TipCheck | None:
    return TipCheck.objects.filter(tip=tip, step=step, unticked_at__isnull=True).first()


def _record_check(action: str, check: TipCheck, tip: Tip, by: Officer) -> None:
    record(
        action,
        by=by,
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"step": check.step},
    )
