"""Campaigns: opened by an officer, counted by class teachers through their links."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.secrets import new_row_secret
from keng.lessons import rights
from keng.lessons.errors import NotYours
from keng.lessons.models import Campaign, SchoolClass
from keng.lessons.schools import schools_of
from keng.lessons.slugs import slug_for

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class NotCounting(Exception):
    """The campaign has not begun, or is over."""


@transaction.atomic
def open_campaign(
    texts: Mapping[str, Any],
    *,
    purpose: str,
    days: tuple[datetime.date, datetime.date],
    schools: Iterable[str],
    by: "Officer",
) -> Campaign:
    """A campaign for these schools (by their keys); a second person publishes it.

    Raises NotYours.
    """
    unit = rights.unit_to_write_for(by)
    if unit is None:
        raise NotYours
    slug = slug_for(texts["vi"]["title"], lambda slug: Campaign.objects.filter(slug=slug).exists())
    made = Campaign(
        unit=unit,
        slug=slug,
        purpose=purpose,
        starts_on=days[0],
        ends_on=days[1],
        texts=dict(texts),
        made_by=by,
        hands=[by.pk],
    )
    made.hash = made.hash_now
    made.save()
    wanted = set(schools)
    classes = [
        SchoolClass(
            campaign=made, group=group, lead=lead, school=school.label, commune=school.commune
        )
        for school in schools_of(unit)
        if school.key in wanted
        for group, lead in school.classes
    ]
    SchoolClass.objects.bulk_create(classes)
    record(
        "pledge.opened",
        by=by,
        on=made,
        chain=unit_chain(unit.pk),
        detail={"text": made.hash.hex(), "classes": len(classes)},
    )
    return made


@transaction.atomic
def count_pledges(school_class: SchoolClass, *, pupils: int, pledged: int) -> SchoolClass:
    """What the class teacher confirms, or corrects. Raises NotCounting."""
    locked = (
        SchoolClass.objects.select_for_update(no_key=True, of=("self",))
        .select_related("campaign", "lead")
        .get(pk=school_class.pk)
    )
    if not locked.campaign.is_counting(times.local_date(times.now())):
        raise NotCounting
    is_again = locked.counted_at is not None
    locked.pupils, locked.pledged, locked.counted_at = pupils, pledged, times.now()
    locked.save(update_fields=["pupils", "pledged", "counted_at"])
    record(
        "pledge.corrected" if is_again else "pledge.counted",
        by=locked.lead,
        on=locked,
        chain=unit_chain(locked.campaign.unit_id),
        detail={"pupils": pupils, "pledged": pledged},
    )
    return locked


@transaction.atomic
def renew_class_link(key: uuid.UUID, *, by: "Officer") -> SchoolClass:
    """Another link, since the old one went where it should not. Raises NotYours."""
    found = SchoolClass.objects.visible_to(by).select_related("campaign__unit").get(pk=key)
    if not rights.may_end_text(by, found.campaign):
        raise NotYours
    SchoolClass.objects.filter(pk=key).update(
        link_version=F("link_version") + 1, link_secret=new_row_secret()
    )
    record(
        "pledge.link_renewed",
        by=by,
        on=found,
        chain=unit_chain(found.campaign.unit_id),
        detail={"version": found.link_version + 1},
    )
    return found
