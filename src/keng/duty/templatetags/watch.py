"""Whether somebody watches a desk now: {% load watch %}."""

import datetime

from django import template

from keng.duty import watch
from keng.places.models import Unit

register = template.Library()


@register.filter("watched_until")
def unit_watched_until(unit: Unit) -> datetime.datetime | None:
    """When the shift ends of somebody whose pager was heard in it; None: nobody is certain."""
    return watch.watched_until(unit.pk)


@register.filter("next_on_duty")
def unit_next_on_duty(unit: Unit) -> datetime.datetime | None:
    """When the next officer on the rota comes on duty; None when that is not known."""
    return watch.next_on_duty(unit.pk)
