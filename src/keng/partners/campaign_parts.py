"""Where a partner's campaign can run, what can belong to it, and what of that is public now."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Window
from django.db.models.fields.json import KT
from django.db.models.functions import RowNumber

from keng.accounts.models import Partner
from keng.kit import times
from keng.kit.languages import language_among
from keng.kit.sql_names import alphabetically
from keng.language.category_names import label_for_reader
from keng.lessons.models import Campaign, Edition
from keng.lessons.pledge_queries import public_campaigns
from keng.lessons.queries import public_editions
from keng.partners.campaign_content import CampaignContent
from keng.partners.models import Manuscript
from keng.partners.queries import kit_warnings
from keng.places.models import Place
from keng.surveys.models import Survey
from keng.surveys.queries import open_surveys_by_code, open_surveys_for_partner, survey_titles
from keng.warnings.models import Version
from keng.warnings.queries import holding_versions

_COMMUNES = (Place.Kind.WARD, Place.Kind.COMMUNE, Place.Kind.SPECIAL_ZONE)
_MOST_OFFERED = 30
_MOST_OF_ONE_PARTNER = 2


def communes_of_partner(partner: Partner) -> list[Place]:
    """Its own commune; all of its province where it works in the whole of it."""
    place = partner.place
    if place is not None and place.kind != Place.Kind.PROVINCE:
        return [place]
    return list(_communes_of_province(partner).order_by(alphabetically()))


def commune_of_partner(partner: Partner, code: str) -> Place | None:
    """The one of them with this code."""
    place = partner.place
    if place is not None and place.kind != Place.Kind.PROVINCE:
        return place if place.code == code else None
    return _communes_of_province(partner).filter(code=code).first()


def _communes_of_province(partner: Partner) -> QuerySet[Place]:
    place = partner.place
    province = place.province_code if place else partner.invited_by_unit.province_code
    return Place.objects.filter(kind__in=_COMMUNES, valid_to=None, province_code=province)


def offered_parts(partner: Partner) -> dict[str, list[tuple[str, str]]]:
    """What can belong to a campaign of this partner, as choices by kind."""
    lessons = public_editions()[:_MOST_OFFERED]
    pledges = public_campaigns()[:_MOST_OFFERED]
    return {
        "lessons": [(one.lesson.slug, _title(one)) for one in lessons],
        "pledges": [(one.slug, _title(one)) for one in pledges],
        "surveys": [(one.code, one.words.title) for one in open_surveys_for_partner(partner)],
        "warnings": [
            (str(one.warning_id), _title(one)) for one in kit_warnings(partner, limit=_MOST_OFFERED)
        ],
    }


def _title(text: Any) -> str:
    return str(text.texts[language_among(text.texts)]["title"])


def running_campaigns(place: Place | None = None, *, limit: int = 6) -> list[Manuscript]:
    """Those that count today, newest first, a few of each partner; with a place, those there."""
    nth = Window(RowNumber(), partition_by="partner", order_by=["-released_at", "-id"])
    found = _running(place).annotate(nth_of_partner=nth)
    return list(found.filter(nth_of_partner__lte=_MOST_OF_ONE_PARTNER)[:limit])


def pledges_of_campaigns(campaigns: list[Manuscript]) -> list[Campaign]:
    """Pledges of school classes that belong to some of these and can be opened."""
    read = [CampaignContent.from_json(one.content) for one in campaigns]
    slugs = {slug for content in read for slug in content.parts["pledges"]}
    return list(public_campaigns().filter(slug__in=slugs))


def running_campaigns_of(partner: Partner, place: Place) -> list[Manuscript]:
    """A partner's own that count today in a place, newest first."""
    return list(_running(place).filter(partner=partner)[:_MOST_OFFERED])


def _running(place: Place | None) -> QuerySet[Manuscript]:
    today = times.local_date(times.now()).isoformat()
    found = Manuscript.objects.public_campaigns().alias(
        starts_on=KT("content__days__0"), ends_on=KT("content__days__1")
    )
    found = found.filter(starts_on__lte=today, ends_on__gte=today)
    return found.filter(content__places__contains=[str(place.pk)]) if place else found


@dataclass(frozen=True, slots=True)
class CampaignReading:
    """A campaign with what of its parts everybody can open now."""

    content: CampaignContent
    places: list[Place]
    lessons: list[Edition]
    pledges: list[Campaign]
    surveys: list[Survey]
    warnings: list[Version]

    @property
    def against(self) -> str:
        """The scam, crime or danger, in the reader's language."""
        return label_for_reader(self.content.category)

    @property
    def lesson_choices(self) -> list[tuple[str, str]]:
        """For whoever finished some of them."""
        return [(one.lesson.slug, _title(one)) for one in self.lessons]


def _ids(written: tuple[str, ...]) -> list[uuid.UUID]:
    return [uuid.UUID(each) for each in written]


def read_campaign(kept: dict[str, Any]) -> CampaignReading:
    """Of what a manuscript keeps. What holds no more is left out."""
    content = CampaignContent.from_json(kept)
    parts = content.parts
    places = Place.objects.filter(pk__in=content.places).order_by(alphabetically())
    return CampaignReading(
        content=content,
        places=list(places),
        lessons=list(public_editions().filter(lesson__slug__in=parts["lessons"])),
        pledges=list(public_campaigns().filter(slug__in=parts["pledges"])),
        surveys=open_surveys_by_code(parts["surveys"]),
        warnings=list(holding_versions().filter(warning__in=_ids(parts["warnings"]))),
    )


@dataclass(frozen=True, slots=True)
class NamedPart:
    """One of its parts as a second person reads it."""

    kind: str
    title: str
    is_shown: bool | None
    """Whether readers would see it today; None where whoever asks may not read that."""


def named_parts(reading: CampaignReading) -> list[NamedPart]:
    """All that a campaign was written with, also what readers would not see today."""
    shown = {
        "lessons": {one.lesson.slug for one in reading.lessons},
        "pledges": {one.slug for one in reading.pledges},
        "surveys": {one.code for one in reading.surveys},
        "warnings": {str(one.warning_id) for one in reading.warnings},
    }
    titles = _titles_ever_public(reading.content.parts)
    parts = []
    for part, keys in reading.content.parts.items():
        for key in keys:
            title = titles[part].get(key)
            if title is None and part == "surveys":
                # A partner's, on the desk: its address is public, its row is not for the desk.
                parts.append(NamedPart(part, f"{settings.PUBLIC_URL}/s/{key}", None))
            else:
                parts.append(NamedPart(part, title or key, key in shown[part]))
    return parts


def _titles_ever_public(parts: dict[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
    editions = Edition.objects.ever_released().filter(lesson__slug__in=parts["lessons"])
    newest_last = editions.select_related("lesson").order_by("number")
    pledges = Campaign.objects.ever_released().filter(slug__in=parts["pledges"])
    warnings = Version.objects.newest_published().filter(warning__in=_ids(parts["warnings"]))
    return {
        "lessons": {one.lesson.slug: one.title for one in newest_last},
        "pledges": {one.slug: one.title for one in pledges},
        "surveys": survey_titles(parts["surveys"]),
        "warnings": {str(one.warning_id): one.texts["vi"]["title"] for one in warnings},
    }
