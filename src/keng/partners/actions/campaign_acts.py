"""Taking part in a campaign, and passing it on: numbers of a commune and a day, nobody's name."""

import uuid

from django.db import connection

from keng.accounts.models import PartnerMember
from keng.acts.act import act
from keng.acts.errors import NotAllowed, TooLate
from keng.acts.work import permit_over
from keng.kit import times
from keng.partners.acts import NOTE_CAMPAIGN_SHARE, TAKE_PART_IN_CAMPAIGN
from keng.partners.campaign_content import CampaignContent
from keng.partners.models import Manuscript


@act(TAKE_PART_IN_CAMPAIGN)
def take_part_in_campaign(
    campaign_id: uuid.UUID, place_id: uuid.UUID, *, pledged: bool, finished: int
) -> None:
    """One more took the pledge in this commune, or finished so many lessons.

    Raises NotAllowed where there is no such campaign or commune in it, TooLate outside its days.
    """
    public = Manuscript.objects.public_campaigns().filter(pk=campaign_id).first()
    _require_counting(public, place_id)
    _count(campaign_id, place_id, pledged=int(pledged), finished=finished)


@act(NOTE_CAMPAIGN_SHARE)
def note_campaign_share(
    campaign_id: uuid.UUID, place_id: uuid.UUID, *, groups: int, by: PartnerMember
) -> None:
    """Today in so many groups of a commune; said again that day, the later number counts.

    Raises NotAllowed, TooLate.
    """
    permit_over(by.partner_id)
    own = Manuscript.objects.public_campaigns().filter(pk=campaign_id, partner_id=by.partner_id)
    _require_counting(own.first(), place_id)
    _count(campaign_id, place_id, groups=groups)


def _require_counting(campaign: Manuscript | None, place_id: uuid.UUID) -> None:
    if campaign is None:
        raise NotAllowed
    content = CampaignContent.from_json(campaign.content)
    if place_id not in content.places:
        raise NotAllowed
    if not content.is_running:
        raise TooLate


def _count(
    campaign_id: uuid.UUID,
    place_id: uuid.UUID,
    *,
    pledged: int = 0,
    finished: int = 0,
    groups: int = 0,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_campaignday AS c"
            " (campaign_id, place_id, day, pledged, finished, groups)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (campaign_id, place_id, day) DO UPDATE"
            " SET pledged = c.pledged + excluded.pledged,"
            " finished = c.finished + excluded.finished,"
            " groups = coalesce(nullif(excluded.groups, 0), c.groups)",
            [campaign_id, place_id, times.local_date(times.now()), pledged, finished, groups],
        )
