"""Retention periods and imported tips: they count from the day on which the tip ended.

A tip without a dated outcome has no such day: its words do not come in (decision 45).
"""

import datetime
from dataclasses import dataclass

from django.db.models import Q

from keng.kit import times
from keng.places.models import Unit
from keng.retention.due import categories_apart, due_before, outcomes_closed_as
from keng.retention.models import RetentionPeriod


@dataclass(frozen=True, slots=True)
class PeriodLimits:
    """Before which day what ended so is past its period, read once for a whole sheet."""

    limits: tuple[tuple[frozenset[str], str, frozenset[str], datetime.date], ...]
    """Outcomes, category or empty for all, categories that are apart, and the day."""

    @classmethod
    def of_province(cls, unit: Unit, now: datetime.datetime) -> "PeriodLimits":
        """Of the periods in force."""
        periods = RetentionPeriod.objects.in_force().filter(unit=unit)
        return cls(
            tuple(
                (
                    frozenset(outcomes_closed_as(period.closed_as)),
                    period.category,
                    frozenset(categories_apart(period).values_list("category", flat=True)),
                    times.local_date(due_before(period, now)),
                )
                for period in periods
            )
        )

    def is_past(self, *, outcome: str, category: str, ended_on: datetime.date) -> bool:
        """Whether a tip that ended so is past the period that counts for it."""
        return any(
            outcome in outcomes and ended_on < limit
            for outcomes, of, apart, limit in self.limits
            if category == of or (not of and category not in apart)
        )


def imported_due(period: RetentionPeriod, now: datetime.datetime) -> Q:
    """Imported tips whose words this period destroys now."""
    desks = Q(unit=period.unit_id) | Q(unit__parent=period.unit_id)
    due = desks & Q(
        outcome__in=outcomes_closed_as(period.closed_as),
        ended_on__lt=times.local_date(due_before(period, now)),
    )
    if period.category:
        return due & Q(category=period.category)
    return due & ~Q(category__in=categories_apart(period))
