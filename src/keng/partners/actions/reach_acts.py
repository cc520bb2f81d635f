"""Counting what was opened by a partner's links, and forgetting it in time."""

import datetime

from django.db import connection

from keng.accounts.models import Partner
from keng.accounts.partner_role import in_partner_role
from keng.acts.act import act
from keng.acts.work import work
from keng.kit import times
from keng.partners.acts import COUNT_OPENING
from keng.partners.models import ReachDay
from keng.partners.reach import DAYS_KEPT
from keng.places.models import Place

_COUNT = """
INSERT INTO partners_reachday AS r (partner_id, place_id, day, kind, opened)
VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (partner_id, place_id, day, kind) DO UPDATE
SET opened = least(r.opened + 1, 1000000)"""
_PORTION = 5000


@act(COUNT_OPENING)
def count_opening(partner: Partner, place: Place | None, kind: ReachDay.Kind) -> None:
    """A page of this kind was opened once more by a link of the partner, today."""
    day = times.local_date(times.now())
    with in_partner_role(), connection.cursor() as cursor:
        cursor.execute(_COUNT, [partner.pk, place.pk if place else None, day, kind.value])


@work()
def forget_reach() -> int:
    """Delete days that are over for longer than they are kept. A job of the worker."""
    oldest = times.local_date(times.now()) - datetime.timedelta(days=DAYS_KEPT)
    old = ReachDay.objects.filter(day__lt=oldest).values_list("pk", flat=True)[:_PORTION]
    return ReachDay.objects.filter(pk__in=list(old)).delete()[0]
