"""Writing collections and lessons: for a second person to publish."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from keng.accounts.hands import hands_of_all, hands_on_record
from keng.audit.actions import record, unit_chain
from keng.lessons import rights
from keng.lessons.errors import ChangedMeanwhile, NotYours
from keng.lessons.models import Collection, Edition, Film, Lesson
from keng.lessons.slugs import slug_for

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keng.accounts.models import Officer
    from keng.places.models import Unit


@transaction.atomic
def open_collection(texts: Mapping[str, Any], *, purpose: str, by: "Officer") -> Collection:
    """A place for lessons under the unit's own name. Raises NotYours."""
    unit = rights.unit_to_write_for(by)
    if unit is None:
        raise NotYours
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


@transaction.atomic
def write_lesson(
    texts: Mapping[str, Any],
    right: Sequence[int],
    *,
    collection: Collection,
    by: "Officer",
    film: Film | None = None,
) -> Edition:
    """A new lesson. Raises NotYours."""
    _writing_unit(collection, by)
    slug = slug_for(texts["vi"]["title"], lambda slug: Lesson.objects.filter(slug=slug).exists())
    lesson = Lesson.objects.create(slug=slug, collection=collection)
    return _save_edition(lesson, texts, right, film, by)


@transaction.atomic
def rewrite_lesson(
    texts: Mapping[str, Any],
    right: Sequence[int],
    *,
    lesson: Lesson,
    by: "Officer",
    film: Film | None = None,
) -> Edition:
    """The next edition; until it is published the public reads the one before.

    Raises NotYours, ChangedMeanwhile.
    """
    return _save_edition(lesson, texts, right, film, by)


def _writing_unit(collection: Collection, by: "Officer") -> "Unit":
    unit = rights.unit_to_write_for(by)
    if unit is None or unit.pk != collection.unit_id:
        raise NotYours
    return unit


def _save_edition(
    lesson: Lesson,
    texts: Mapping[str, Any],
    right: Sequence[int],
    film: Film | None,
    by: "Officer",
) -> Edition:
    unit = _writing_unit(lesson.collection, by)
    last = lesson.editions.aggregate(last=Max("number"))["last"] or 0
    made = Edition(
        lesson=lesson,
        number=last + 1,
        unit=unit,
        texts=dict(texts),
        right=list(right),
        film=film,
        made_by=by,
        hands=hands_of_all(_since_published(lesson)),
    )
    made.add_hand(by)
    made.hash = made.hash_now
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        # Somebody else wrote the next edition at the same moment.
        raise ChangedMeanwhile from error
    record(
        "lesson.written",
        by=by,
        on=made,
        chain=unit_chain(unit.pk),
        detail={
            "lesson": lesson.slug,
            "number": made.number,
            "text": made.hash.hex(),
            "hands": hands_on_record(made.all_hands),
        },
    )
    return made


def _since_published(lesson: Lesson) -> "QuerySet[Edition]":
    """Editions after the last published one, also those taken away: the next is written on them."""
    published = lesson.editions.filter(published_at__isnull=False)
    last = published.aggregate(last=Max("number"))["last"] or 0
    return lesson.editions.filter(number__gt=last).order_by("number")
