"""How exactly a reporter's times are shown to officers; every template has these filters."""

from datetime import datetime

from django import template

from keng.tips import reporter_times
from keng.tips.reporter_times import HasOutcome, HasUrgency

register = template.Library()


@register.filter("reporter_time")
def reporter_time_filter(moment: datetime | None, tip: HasUrgency | None = None) -> datetime | None:
    """What the reporter did, or what it set off: see keng.tips.reporter_times."""
    return reporter_times.reporter_time(moment, tip or None) if moment else None


@register.filter("ending_time")
def ending_time_filter(moment: datetime | None, tip: HasOutcome) -> datetime | None:
    """When a tip ended, whoever ended it."""
    return reporter_times.ending_time(moment, tip) if moment else None
