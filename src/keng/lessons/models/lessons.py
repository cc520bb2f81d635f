"""Collections, lessons with their editions, and how many finished them: never who."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Now

from keng.accounts.models import SafetyPurpose
from keng.kit.models import Row
from keng.lessons.lesson_text import LessonText, LessonTextQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_KNOWN_PURPOSE = models.Q(purpose__in=list(SafetyPurpose.values))


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Reads of collections."""

    def visible_to(self, officer: "Officer") -> Self:
        """Those that the officer's units wrote; a partner's own are not the desk's."""
        return self.filter(unit_id__in=officer.unit_ids, made_by__isnull=False)


class Collection(Row):
    """Lessons of one body about one thing. Never changed: a lesson's hash covers it."""

    slug = models.SlugField(max_length=60, unique=True)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Under whose own name it stands; null: the unit's.
    partner = models.ForeignKey("accounts.Partner", models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=10, choices=SafetyPurpose)
    # By language: a title, and what it is about.
    texts = models.JSONField()
    # Null: the partner's own people wrote it, and the desk has no part in it.
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    objects = CollectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_KNOWN_PURPOSE, name="collection_serves_a_safety_purpose"
            ),
            models.CheckConstraint(
                condition=models.Q(made_by__isnull=False) | models.Q(partner__isnull=False),
                name="collection_has_somebody_who_wrote_it",
            ),
        ]

    def __str__(self) -> str:
        return str(self.texts["vi"]["title"])

    @property
    def owner(self) -> str:
        """Whose name it stands under."""
        return self.partner.name if self.partner else self.unit.name


class Lesson(Row):
    """What keeps its address while its editions follow each other."""

    slug = models.SlugField(max_length=60, unique=True)
    collection = models.ForeignKey(Collection, models.PROTECT, related_name="lessons")

    def __str__(self) -> str:
        return self.slug


class EditionQuerySet(LessonTextQuerySet["Edition"]):
    """Reads of editions."""

    def visible_to(self, officer: "Officer") -> Self:
        """Those that the officer's units wrote; a partner's own are not the desk's."""
        return super().visible_to(officer).filter(made_by__isnull=False)


class Edition(LessonText):
    """One text of a lesson: cards to read, then questions that explain their answers.

    texts = {"vi": {"title", "cards": [{"heading", "lines": []}], "quiz": [{"question",
    "options": [], "why"}]}}; which option is right stands in `right`, for all languages.
    """

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    right = models.JSONField(default=list)
    # Null: two people of the partner answer for it (partners.Manuscript), and no officer.
    made_by = models.ForeignKey(  # type: ignore[assignment]
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )
    film = models.ForeignKey("lessons.Film", models.PROTECT, null=True, related_name="editions")

    objects = EditionQuerySet.as_manager()

    class Meta(LessonText.Meta):
        constraints = [
            *LessonText.Meta.constraints,
            models.UniqueConstraint(fields=["lesson", "number"], name="edition_numbers_are_unique"),
            models.CheckConstraint(
                condition=models.Q(made_by__isnull=False)
                | models.Q(released_at__isnull=False, released_by__isnull=True),
                name="edition_of_a_partner_is_public_from_the_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} no. {self.number}"

    @property
    def is_overtaken(self) -> bool:
        """Whether a later text of the lesson was published: this one would reach no reader."""
        later = Edition.objects.filter(lesson=self.lesson_id, number__gt=self.number)
        return later.ever_released().exists()

    @property
    def content_to_release(self) -> dict[str, Any]:
        """With the collection in which it stands, and whose name that bears."""
        whose = self.lesson.collection
        film = {"film": self.film.content} if self.film else {}
        return (
            super().content_to_release
            | film
            | {
                "right": self.right,
                "lesson": self.lesson.slug,
                "collection": whose.slug,
                "about": whose.texts,
                "partner": str(whose.partner_id or ""),
                "purpose": whose.purpose,
            }
        )


class Finished(models.Model):
    """How often a lesson was finished on a day, and how many pupils teachers said had."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="finished")
    day = models.DateField()
    times = models.PositiveIntegerField(default=0, db_default=0)
    pupils = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "day"], name="finished_is_one_row_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} on {self.day}: {self.times}"
