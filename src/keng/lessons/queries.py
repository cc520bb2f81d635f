"""Reads of lessons: what the public finds, and what the desk has to decide."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from keng.lessons.models import Collection, Edition, Finished

if TYPE_CHECKING:
    from keng.accounts.models import Officer, Partner
    from keng.lessons.lesson_text import LessonText


def public_editions() -> QuerySet[Edition]:
    """Of each lesson the newest published text, newest first."""
    return (
        Edition.objects.released()
        .filter(~Exists(_later_published()))
        .filter(
            Q(lesson__collection__partner=None) | Q(lesson__collection__partner__is_active=True)
        )
        .select_related("lesson__collection__partner", "lesson__collection__unit", "unit", "film")
        .order_by("-released_at", "-id")
    )


def _later_published() -> QuerySet[Edition]:
    """Published after it, taken away or not: what was replaced never comes back by itself."""
    return Edition.objects.filter(
        lesson=OuterRef("lesson"), number__gt=OuterRef("number"), released_at__isnull=False
    )


def newest_editions(limit: int = 2) -> list[Edition]:
    """For the home page."""
    return list(public_editions()[:limit])


def editions_of_partner(partner: "Partner", limit: int = 50) -> list[Edition]:
    """The lessons that stand under a partner's name."""
    return list(public_editions().filter(lesson__collection__partner=partner)[:limit])


def public_edition(slug: str) -> Edition | None:
    """What the public reads of a lesson now."""
    return public_editions().filter(lesson__slug=slug).first()


def other_editions_of(edition: Edition, limit: int = 3) -> list[Edition]:
    """Further lessons of the same collection."""
    same = public_editions().filter(lesson__collection=edition.lesson.collection_id)
    return list(same.exclude(lesson=edition.lesson_id)[:limit])


@dataclass(frozen=True, slots=True)
class PublicCollection:
    """A collection with what the public can read of it."""

    collection: Collection
    editions: list[Edition]


def public_collections() -> list[PublicCollection]:
    """Collections that have a published lesson, the one with the newest first."""
    found: dict[Any, PublicCollection] = {}
    for edition in public_editions()[:300]:
        whose = edition.lesson.collection
        found.setdefault(whose.pk, PublicCollection(whose, [])).editions.append(edition)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class LessonDeskLists:
    """The desk's page of lessons."""

    waiting: QuerySet[Edition]
    public: QuerySet[Edition]
    collections: QuerySet[Collection]


def lesson_desk_lists(officer: "Officer") -> LessonDeskLists:
    """What waits for a second person, what is public, and the collections."""
    seen = (
        Edition.objects.visible_to(officer)
        .select_related("lesson__collection__partner", "lesson__collection__unit", "made_by")
        .order_by("-id")
    )
    waiting = seen.filter(released_at__isnull=True, ended_at__isnull=True)
    public = seen.released().filter(~Exists(_later_published()))
    collections = Collection.objects.visible_to(officer).select_related("partner", "unit")
    return LessonDeskLists(waiting, public, collections.order_by("-id"))


def note_finished(editions: list[Edition]) -> None:
    """Give each its count: how often it was finished, and how many pupils teachers named."""
    counts = finished_counts([edition.lesson_id for edition in editions])
    for edition in editions:
        edition.count = counts.get(edition.lesson_id, (0, 0))  # type: ignore[attr-defined]


def finished_counts(lessons: list[Any]) -> dict[Any, tuple[int, int]]:
    """Of each lesson how often it was finished, and how many pupils teachers named."""
    rows = (
        Finished.objects.filter(lesson__in=lessons)
        .values("lesson")
        .annotate(all_times=Sum("times"), all_pupils=Sum("pupils"))
    )
    return {row["lesson"]: (row["all_times"], row["all_pupils"]) for row in rows}


def standing_of_text(text: "LessonText") -> str:
    """In one word: waiting, public or ended."""
    if text.ended_at is not None:
        return "ended"
    return "public" if text.released_at is not None else "waiting"
