"""What becomes public of a manuscript: an edition of a lesson, or a revision of a claim check.

A published campaign or introduction is read from its manuscript.
"""

import uuid
from typing import Any

from keng.accounts.models import Partner
from keng.claims.actions import NotPublished
from keng.claims.actions import for_partners as checks
from keng.lessons.actions import for_partners as lessons
from keng.lessons.models import Collection, Film, Lesson
from keng.partners.film_queries import film_of_manuscript
from keng.partners.models import Manuscript, PartnerText
from keng.releases.errors import TextChanged

_READ_FROM_THEIR_MANUSCRIPT = (Manuscript.Kind.CAMPAIGN, Manuscript.Kind.PLACE)


def make_public(text: PartnerText) -> dict[str, uuid.UUID | None]:
    """Let everybody read it; the keys under which the text finds it again.

    Raises TextChanged.
    """
    if not isinstance(text, Manuscript) or text.kind in _READ_FROM_THEIR_MANUSCRIPT:
        return {}
    return _publish_lesson(text) if text.kind == Manuscript.Kind.LESSON else _publish_check(text)


def _publish_lesson(text: Manuscript) -> dict[str, uuid.UUID | None]:
    content: dict[str, Any] = text.content
    if text.collection_id is None:
        partner = Partner.objects.get(pk=text.partner_id)
        collection = lessons.collection_of_partner(partner, content["collection"], text.purpose)
    else:
        own = Collection.objects.filter(partner_id=text.partner_id, made_by=None)
        collection = own.get(pk=text.collection_id)
    film = film_of_manuscript(text)
    if "film" in content and (film is None or film.state != Film.State.READY):
        # It was thrown away after somebody handed the lesson in.
        raise TextChanged
    lesson = None
    if text.lesson_id is not None:
        lesson = Lesson.objects.get(pk=text.lesson_id, collection=collection)
    made = lessons.publish_partner_lesson(
        content["texts"],
        content["right"],
        collection=collection,
        lesson=lesson,
        film=film,
    )
    return {"collection_id": collection.pk, "lesson_id": made.lesson_id, "edition_id": made.pk}


def _publish_check(text: Manuscript) -> dict[str, uuid.UUID | None]:
    partner = Partner.objects.get(pk=text.partner_id)
    try:
        made = checks.publish_for_partner(text.content, partner=partner, claim_id=text.claim_id)
    except NotPublished as error:
        raise TextChanged from error
    return {"claim_id": made.claim_id, "revision_id": made.pk}
