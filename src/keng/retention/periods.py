"""Setting the table of periods: data protection proposes, who leads or administers agrees."""

import uuid

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_over, work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.places.models import Unit
from keng.retention import acts
from keng.retention.errors import PeriodDecided, PeriodProposed, ProposedItself
from keng.retention.models import RetentionPeriod


@act(acts.PROPOSE_PERIOD)
def propose_period(
    unit_id: uuid.UUID,
    *,
    category: str,
    closed_as: str,
    months: int,
    law: tuple[str, str] = ("", ""),
    by: Officer,
) -> RetentionPeriod:
    """Propose one; `law` is the sentence that is quoted and where it stands.

    Raises PeriodProposed, NotAllowed.
    """
    unit = lock(Unit.objects.filter(pk=unit_id, kind=Unit.Kind.PROVINCE)).first()
    permit_over(unit_id)
    if unit is None:
        raise NotAllowed
    same = RetentionPeriod.objects.filter(unit=unit, category=category, closed_as=closed_as)
    if same.waiting().exists():
        raise PeriodProposed
    words, source = law
    period = RetentionPeriod.objects.create(
        unit=unit,
        category=category,
        closed_as=closed_as,
        months=months,
        law_words=words,
        law_source=source,
        proposed_by=by,
    )
    _note("period.proposed", period, by)
    return period


@act(acts.DECIDE_ON_PERIOD)
def decide_on_period(period_id: uuid.UUID, *, is_agreed: bool, by: Officer) -> RetentionPeriod:
    """As the second person. What it replaces ends. Raises PeriodDecided, ProposedItself."""
    period = _locked(period_id)
    if period.agreed_at or period.refused_at or period.ended_at:
        raise PeriodDecided
    if period.proposed_by_id in tied_to(by):
        raise ProposedItself
    now = times.now()
    if not is_agreed:
        period.refused_by, period.refused_at = by, now
        period.save(update_fields=["refused_by", "refused_at"])
        _note("period.refused", period, by)
        return period
    before = RetentionPeriod.objects.in_force().filter(
        unit=period.unit_id, category=period.category, closed_as=period.closed_as
    )
    before.update(ended_by=by, ended_at=now)
    period.agreed_by, period.agreed_at = by, now
    period.save(update_fields=["agreed_by", "agreed_at"])
    _note("period.agreed", period, by)
    return period


@act(acts.STOP_PERIOD)
def stop_period(period_id: uuid.UUID, *, by: Officer) -> RetentionPeriod:
    """From now on nothing is destroyed by it: what it was for is kept. Raises PeriodDecided."""
    period = _locked(period_id)
    if period.refused_at or period.ended_at:
        raise PeriodDecided
    period.ended_by, period.ended_at = by, times.now()
    period.save(update_fields=["ended_by", "ended_at"])
    _note("period.stopped", period, by)
    return period


@work()
def stop_period_again(period_id: uuid.UUID) -> None:
    """In a restored database: it was stopped after the backup was made, and so it is again."""
    period = lock(RetentionPeriod.objects.select_related("unit")).get(pk=period_id)
    period.ended_at = times.now()
    period.save(update_fields=["ended_at"])
    _note("period.stopped", period, "operator")


def _locked(period_id: uuid.UUID) -> RetentionPeriod:
    return lock_one(RetentionPeriod.objects.select_related("unit"), period_id)


def _note(action: str, period: RetentionPeriod, by: Officer | str) -> None:
    record(
        action,
        by=by,
        on=period,
        chain=unit_chain(period.unit_id),
        detail={
            "category": period.category,
            "closed_as": period.closed_as,
            "months": period.months,
            "house_rule": period.is_house_rule,
        },
    )
