"""Counting what a partner passed on and what was opened by its links; forgetting it in time."""

import datetime

from django.db import connection

from keng.accounts.models import Partner, PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_over, work
from keng.kit import times
from keng.partners.acts import COUNT_OPENING, NOTE_PASSED_ON
from keng.partners.campaign_parts import commune_of_partner
from keng.partners.models import ReachDay
from keng.partners.reach import DAYS_KEPT, KINDS_NOTED_BY_DAY
from keng.places.models import Place

_COUNT = """
INSERT INTO partners_reachday AS r (partner_id, place_id, day, kind, opened)
VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (partner_id, place_id, day, kind) DO UPDATE
SET opened = least(r.opened + 1, 1000000)"""
_NOTE_GROUPS = """
INSERT INTO partners_reachday (partner_id, place_id, day, kind, groups)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (partner_id, place_id, day, kind) DO UPDATE SET groups = excluded.groups"""
_PORTION = 5000


@act(COUNT_OPENING)
def count_opening(partner: Partner, place: Place | None, kind: ReachDay.Kind) -> None:
    """A page of this kind was opened once more by a link of the partner, today."""
    day = times.local_date(times.now())
    with in_partner_role(), connection.cursor() as cursor:
        cursor.execute(_COUNT, [partner.pk, place.pk if place else None, day, kind.value])


@act(NOTE_PASSED_ON)
def note_passed_on(
    kind: ReachDay.Kind, *, groups: int, place: Place | None, by: PartnerMember
) -> None:
    """Note in how many groups of a commune lessons, or surveys, were passed on today.

    The last number counts. Only the partner sees it. Raises NotAllowed, also where the partner does
    not work there.
    """
    permit_over(by.partner_id)
    works_there = place is None or commune_of_partner(by.partner, place.code) == place
    if kind not in KINDS_NOTED_BY_DAY or not works_there:
        raise NotAllowed
    day = times.local_date(times.now())
    with in_partner_role(), connection.cursor() as cursor:
        row = [by.partner_id, place.pk if place else None, day, kind.value, groups]
        cursor.execute(_NOTE_GROUPS, row)


@work()
def forget_reach() -> int:
    """Delete days that are over for longer than they are kept. A job of the worker."""
    oldest = times.local_date(times.now()) - datetime.timedelta(days=DAYS_KEPT)
    old = ReachDay.objects.filter(day__lt=oldest).values_list("pk", flat=True)[:_PORTION]
    return ReachDay.objects.filter(pk__in=list(old)).delete()[0]
