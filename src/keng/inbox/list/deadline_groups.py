"""The stretches of time that the list is divided into by the nearest deadline."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from keng.kit import times

DeadlineBounds = dict[str, tuple[Any, Any]]
_SOON = datetime.timedelta(hours=2)


def deadline_bounds(now: datetime.datetime) -> DeadlineBounds:
    """Where each group starts and ends; "today" may be empty late in the evening."""
    soon, today = now + _SOON, times.local_date(now)
    ends = [times.start_of(today + datetime.timedelta(days=n)) for n in (1, 2, 7)]
    tonight, tomorrow, week = (max(soon, end) for end in ends)
    return {
        "overdue": (None, now),
        "soon": (now, soon),
        "today": (soon, tonight),
        "tomorrow": (tonight, tomorrow),
        "week": (tomorrow, week),
        "later": (week, None),
    }


def deadline_labels() -> dict[str, str]:
    """What each stretch is called; before them all stands what waits for no deadline."""
    return {
        "live": _("Critical, not ended"),
        "money": _("Money just sent, nobody's yet"),
        "overdue": _("Overdue"),
        "soon": _("Within 2 hours"),
        "today": _("Today"),
        "tomorrow": _("Tomorrow"),
        "week": _("Within 7 days"),
        "later": _("Later"),
    }


def deadline_group_at(due: datetime.datetime, stretches: DeadlineBounds) -> str:
    """The stretch that a deadline falls into."""
    for code, (start, end) in stretches.items():
        if (start is None or due >= start) and (end is None or due < end):
            return code
    return "later"


def deadline_ends(stretches: DeadlineBounds) -> list[datetime.datetime]:
    """Where the stretches end; the last one does not."""
    return [end for _start, end in stretches.values() if end is not None]
