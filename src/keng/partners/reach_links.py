"""Links by which a partner passes something on: they say which partner, and for which commune."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from keng.accounts.models import Partner
from keng.kit.languages import language_among
from keng.lessons.queries import editions_of_partner
from keng.partners.models import Manuscript, ReachDay
from keng.partners.queries import kit_warnings
from keng.places.models import Place
from keng.surveys.queries import open_surveys_of

VIA = "via"
_MOST_OF_A_KIND = 20

KINDS_BY_PAGE = {
    "warning": ReachDay.Kind.WARNING,
    "lesson": ReachDay.Kind.LESSON,
    "campaign": ReachDay.Kind.CAMPAIGN,
    "survey": ReachDay.Kind.SURVEY,
}
"""By the name of the page that everybody reads: what is counted when it is opened."""


def slug_of(partner: Partner) -> str:
    """The partner's id, which stands in its public address, in 22 letters."""
    return urlsafe_b64encode(partner.pk.bytes).decode().rstrip("=")


def partner_id_of(slug: str) -> uuid.UUID | None:
    """The id that a link names; None where it names none."""
    try:
        return uuid.UUID(bytes=urlsafe_b64decode(f"{slug}=="))
    except ValueError:
        return None


def via_query(partner: Partner, place: Place | None = None) -> str:
    """What a link of this partner ends with, for a commune or for none."""
    commune = f".{place.code}" if place else ""
    return f"?{VIA}={slug_of(partner)}{commune}"


@dataclass(frozen=True, slots=True)
class ReachLink:
    """Something to pass on, with the link that is counted."""

    kind: ReachDay.Kind
    title: str
    address: str


def reach_links(partner: Partner, place: Place | None = None) -> list[ReachLink]:
    """What the partner can pass on today: warnings of its place, and what is its own."""
    campaigns = Manuscript.objects.public_campaigns().filter(partner=partner)
    pages = [
        *(("warning", one.verify_code.code, _title(one)) for one in kit_warnings(partner)),
        *(
            ("lesson", one.lesson.slug, _title(one))
            for one in editions_of_partner(partner, limit=_MOST_OF_A_KIND)
        ),
        *(("campaign", one.pk, one.title) for one in campaigns[:_MOST_OF_A_KIND]),
        *(("survey", one.code, one.words.title) for one in open_surveys_of(partner)),
    ]
    query = via_query(partner, place)
    return [
        ReachLink(
            KINDS_BY_PAGE[page],
            title,
            f"{settings.PUBLIC_URL}{reverse(page, args=[key])}{query}",
        )
        for page, key, title in pages
    ]


def _title(text: Any) -> str:
    return str(text.texts[language_among(text.texts)]["title"])
