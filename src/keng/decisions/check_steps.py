"""Ticking the steps of a tip that cannot wait, and unticking them with a reason."""

import uuid

from django.db import transaction

from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.decisions.on_record import required
from keng.kit import times
from keng.tips.check_list import has_list, steps_for
from keng.tips.errors import CannotDecide
from keng.tips.lock import lock_tip
from keng.tips.models import Tip, TipCheck


class NotOnTheList(CannotDecide):
    """The tip waits now, has no such step, or nobody has ticked it."""


@transaction.atomic
def tick(tip_id: uuid.UUID, *, step: str, by: Officer) -> TipCheck:
    """Say that a step is done. Said by two at once, it is the first one's. Raises NotOnTheList."""
    tip = lock_tip(tip_id, by=by)
    if not has_list(tip) or step not in {each.code for each in steps_for(tip)}:
        raise NotOnTheList
    standing = _standing(tip, step)
    if standing is not None:
        return standing
    check = TipCheck.objects.create(tip=tip, step=step, ticked_by=by, ticked_at=times.now())
    _on_record("tip.ticked", check, tip, by)
    return check


@transaction.atomic
def untick(tip_id: uuid.UUID, *, step: str, reason: str, by: Officer) -> TipCheck:
    """It was not done after all: whoever sees the tip may say so. Raises NotOnTheList, NoReason."""
    said = required(reason)
    tip = lock_tip(tip_id, by=by)
    check = _standing(tip, step)
    if check is None:
        raise NotOnTheList
    check.unticked_by, check.unticked_at, check.reason = by, times.now(), said
    check.save(update_fields=["unticked_by", "unticked_at", "reason"])
    _on_record("tip.unticked", check, tip, by)
    return check


def _standing(tip: Tip, step: str) -> TipCheck | None:
    return TipCheck.objects.filter(tip=tip, step=step, unticked_at__isnull=True).first()


def _on_record(action: str, check: TipCheck, tip: Tip, by: Officer) -> None:
    record(
        action,
        by=by,
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"step": check.step},
    )
