"""In which hours a call is safe for the reporter, as they said: at others it may betray them."""

import datetime

from django.utils.translation import gettext as _

from keng.kit import times
from keng.tips.models import Tip

HOUR_CHOICES = [("", "–"), *((str(hour), f"{hour}:00") for hour in range(24))]
"""For the two fields of a form."""


def read_hour(said: str) -> int | None:
    """What such a field was answered with."""
    return int(said) if said else None


def hours_fit(first: str, last: str) -> bool:
    """Whether both were said and are two, or none."""
    return bool(first) == bool(last) and (not first or first != last)


def has_safe_hours(tip: Tip) -> bool:
    """Whether the reporter said any."""
    return tip.safe_from is not None and tip.safe_until is not None


def is_safe_to_call(tip: Tip, now: datetime.datetime | None = None) -> bool:
    """By the clock of Vietnam; where nothing was said every hour is."""
    if tip.do_not_call:
        return False
    if tip.safe_from is None or tip.safe_until is None:
        return True
    hour = (now or times.now()).astimezone(times.VIETNAM).hour
    if tip.safe_from < tip.safe_until:
        return tip.safe_from <= hour < tip.safe_until
    # Over midnight.
    return hour >= tip.safe_from or hour < tip.safe_until


def safe_hours_words(tip: Tip) -> str:
    """For officers; empty where nothing was said."""
    if not has_safe_hours(tip):
        return ""
    return _("from %(first)d:00 to %(last)d:00") % {
        "first": tip.safe_from,
        "last": tip.safe_until,
    }
