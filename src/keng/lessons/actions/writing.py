"""Writing collections and lessons: for a second person to publish."""

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import Max

from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import savepoint
from keng.audit.actions import record, unit_chain
from keng.lessons import acts, rights
from keng.lessons.errors import NextEditionWritten
from keng.lessons.models import Collection, Edition, Film, Lesson
from keng.lessons.slugs import slug_for
from keng.releases import steps
from keng.releases.hands import hands_of_all

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keng.accounts.models import Officer


@act(acts.OPEN_COLLECTION)
def open_collection(texts: Mapping[str, Any], *, purpose: str, by: "Officer") -> Collection:
    """A place for lessons under the unit's own name. Raises NotAllowed."""
    unit = rights.permitted_unit(by)
    slug = slug_for(
        texts["vi"]["title"], lambda slug: Collection.objects.filter(slug=slug).exists()
    )
    made = Collection.objects.create(
        slug=slug, unit=unit, purpose=purpose, texts=dict(texts), made_by=by
    )
    record(
        "collection.opened",
        by=by,
        on=made,
        chain=unit_chain(unit.pk),
        detail={"purpose": purpose},
    )
    return made


@act(acts.WRITE_LESSON)
def write_lesson(
    texts: Mapping[str, Any],
    right: Sequence[int],
    *,
    collection: Collection,
    by: "Officer",
    film: Film | None = None,
) -> Edition:
    """A new lesson. Raises NotAllowed."""
    collection = _permitted_collection(collection.pk, by)
    slug = slug_for(texts["vi"]["title"], lambda slug: Lesson.objects.filter(slug=slug).exists())
    lesson = Lesson.objects.create(slug=slug, collection=collection)
    return _save_edition(lesson, texts, right, film, by)


@act(acts.REWRITE_LESSON)
def rewrite_lesson(
    texts: Mapping[str, Any],
    right: Sequence[int],
    *,
    lesson: Lesson,
    by: "Officer",
    film: Film | None = None,
) -> Edition:
    """The next edition; until it is published the public reads the one before.

    Raises NotAllowed, NextEditionWritten.
    """
    lesson.collection = _permitted_collection(lesson.collection_id, by)
    return _save_edition(lesson, texts, right, film, by)


def _permitted_collection(pk: uuid.UUID, by: "Officer") -> Collection:
    """One of the officer's own desk, never a partner's. Raises NotAllowed."""
    unit = rights.permitted_unit(by)
    found = Collection.objects.visible_to(by).filter(pk=pk, unit=unit).first()
    if found is None:
        raise NotAllowed
    return found


def _save_edition(
    lesson: Lesson,
    texts: Mapping[str, Any],
    right: Sequence[int],
    film: Film | None,
    by: "Officer",
) -> Edition:
    unit_id = lesson.collection.unit_id
    last = lesson.editions.aggregate(last=Max("number"))["last"] or 0
    made = Edition(
        lesson=lesson,
        number=last + 1,
        unit_id=unit_id,
        texts=dict(texts),
        right=list(right),
        film=film,
        made_by=by,
        hands=_hands_so_far(lesson, film),
    )
    made.hand_in(by)
    try:
        with savepoint():
            made.save()
    except IntegrityError as error:
        raise NextEditionWritten from error
    record(
        "lesson.written",
        by=by,
        on=made,
        chain=unit_chain(unit_id),
        detail={
            "lesson": lesson.slug,
            "number": made.number,
            **steps.release_detail(made),
        },
    )
    return made


def _hands_so_far(lesson: Lesson, film: Film | None) -> list[uuid.UUID]:
    """Of the editions that it is written on, and of what is public with it for the first time.

    That is the name of its collection, and its film.
    """
    hands = hands_of_all(_since_published(lesson))
    public = Edition.objects.filter(released_at__isnull=False)
    whose = lesson.collection
    if whose.made_by_id and not public.filter(lesson__collection=whose).exists():
        hands.append(whose.made_by_id)
    if film is not None and film.made_by_id and not public.filter(film=film).exists():
        hands.append(film.made_by_id)
    return list(dict.fromkeys(hands))


def _since_published(lesson: Lesson) -> "QuerySet[Edition]":
    """Editions after the last published one, also those taken away: the next is written on them."""
    published = lesson.editions.ever_released()
    last = published.aggregate(last=Max("number"))["last"] or 0
    return lesson.editions.filter(number__gt=last).order_by("number")
