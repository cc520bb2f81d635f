"""Campaigns: opened by an officer, counted by class teachers through their links."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from keng.acts.act import act
from keng.acts.errors import TooLate
from keng.acts.locks import lock, lock_one
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.secrets import new_row_secret
from keng.lessons import acts, rights
from keng.lessons.models import Campaign, SchoolClass
from keng.lessons.schools import schools_of
from keng.lessons.slugs import slug_for
from keng.releases import steps

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class NotCounting(TooLate):
    """The campaign has not begun, or is over."""


@act(acts.OPEN_CAMPAIGN)
def open_campaign(
    texts: Mapping[str, Any],
    *,
    purpose: str,
    days: tuple[datetime.date, datetime.date],
    schools: Sequence[str],
    by: "Officer",
) -> Campaign:
    """A campaign for these schools (by their keys); a second person publishes it.

    Raises NotAllowed.
    """
    unit = rights.permitted_unit(by)
    slug = slug_for(texts["vi"]["title"], lambda slug: Campaign.objects.filter(slug=slug).exists())
    made = Campaign(
        unit=unit,
        slug=slug,
        purpose=purpose,
        starts_on=days[0],
        ends_on=days[1],
        texts=dict(texts),
        made_by=by,
    )
    made.hand_in(by)
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
        detail={**steps.release_detail(made), "classes": len(classes)},
    )
    return made


@act(acts.COUNT_PLEDGES)
def count_pledges(school_class: SchoolClass, *, pupils: int, pledged: int) -> SchoolClass:
    """What the class teacher confirms, or corrects. Raises NotCounting."""
    locked = lock(SchoolClass.objects.select_related("campaign", "lead")).get(pk=school_class.pk)
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


@act(acts.RENEW_CLASS_LINK)
def renew_class_link(key: uuid.UUID, *, by: "Officer") -> SchoolClass:
    """Another link, since the old one went where it should not. Raises NotAllowed."""
    visible = SchoolClass.objects.visible_to(by).select_related("campaign")
    found = lock_one(visible, key, owner="campaign.unit_id")
    found.link_version, found.link_secret = found.link_version + 1, new_row_secret()
    found.save(update_fields=["link_version", "link_secret"])
    record(
        "pledge.link_renewed",
        by=by,
        on=found,
        chain=unit_chain(found.campaign.unit_id),
        detail={"version": found.link_version},
    )
    return found
