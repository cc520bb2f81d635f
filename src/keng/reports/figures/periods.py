"""The stretch of time a page of figures speaks of."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from keng.kit import times

PERIOD_CODES = ("7d", "30d", "month", "year", "all")
_BEGINNING = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the start of a day up to now; `since` is 00:00 in Vietnam."""

    code: str
    label: str
    since: datetime
    until: datetime


def period_of(code: str) -> Period:
    """The period of a code; the last 30 days for anything else."""
    chosen = code if code in PERIOD_CODES else "30d"
    now = times.now()
    today = times.local_date(now)
    first = {
        "7d": today - timedelta(days=6),
        "30d": today - timedelta(days=29),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
        "all": _BEGINNING,
    }[chosen]
    return Period(chosen, period_labels()[chosen], times.start_of(first), now)


def period_labels() -> dict[str, str]:
    """What the periods are called on the page."""
    return {
        "7d": _("Last 7 days"),
        "30d": _("Last 30 days"),
        "month": _("This month"),
        "year": _("This year"),
        "all": _("Since the beginning"),
    }
