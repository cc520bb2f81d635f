"""Lessons that a partner's own people wrote and released: they appear here, and go again.

Who wrote and who released them is the partner's business (partners.actions); so is the record, and
so is the permission: these are steps of the partner's acts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max

from keng.accounts.models import Partner
from keng.kit import times
from keng.lessons.errors import OutOfPurpose
from keng.lessons.models import Collection, Edition, Film, Lesson
from keng.lessons.slugs import slug_for


def collection_of_partner(partner: Partner, texts: Mapping[str, Any], purpose: str) -> Collection:
    """The partner's own collection of this title, opened if there is none. Raises OutOfPurpose."""
    if purpose not in partner.purposes:
        raise OutOfPurpose
    for known in Collection.objects.filter(partner=partner, purpose=purpose, made_by=None):
        if known.texts == texts:
            return known
    return Collection.objects.create(
        slug=slug_for(
            texts["vi"]["title"], lambda slug: Collection.objects.filter(slug=slug).exists()
        ),
        unit_id=partner.invited_by_unit_id,
        partner=partner,
        purpose=purpose,
        texts=dict(texts),
    )


def publish_partner_lesson(
    texts: Mapping[str, Any],
    right: Sequence[int],
    *,
    collection: Collection,
    lesson: Lesson | None,
    film: Film | None = None,
) -> Edition:
    """A lesson, or the next edition of one of the same collection, for everybody to read.

    `film` is one of the same partner.
    """
    if lesson is None:
        slug = slug_for(
            texts["vi"]["title"], lambda slug: Lesson.objects.filter(slug=slug).exists()
        )
        lesson = Lesson.objects.create(slug=slug, collection=collection)
    last, now = lesson.editions.aggregate(last=Max("number"))["last"] or 0, times.now()
    made = Edition(
        lesson=lesson,
        number=last + 1,
        unit_id=collection.unit_id,
        texts=dict(texts),
        right=list(right),
        film=film,
        submitted_at=now,
        released_at=now,
    )
    made.digest = made.digest_now
    made.save(force_insert=True)
    return made


def end_partner_lesson(lesson: Lesson) -> None:
    """Nobody reads the lesson any more; an earlier edition does not come back."""
    lesson.editions.filter(made_by=None, ended_at=None).update(ended_at=times.now())
