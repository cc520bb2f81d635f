"""Pledge campaigns of schools: counts that class teachers confirm, never a list of pupils."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from keng.accounts.models import SafetyPurpose
from keng.kit.models import Row
from keng.kit.secrets import new_row_secret
from keng.lessons.lesson_text import LessonText, LessonTextQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class CampaignQuerySet(LessonTextQuerySet["Campaign"]):
    """Reads of campaigns."""


class Campaign(LessonText):
    """What pupils pledge, from when to when. texts = {"vi": {"title", "pledge"}}."""

    slug = models.SlugField(max_length=60, unique=True)
    purpose = models.CharField(max_length=10, choices=SafetyPurpose)
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = CampaignQuerySet.as_manager()

    class Meta(LessonText.Meta):
        constraints = [
            *LessonText.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(purpose__in=list(SafetyPurpose.values)),
                name="campaign_serves_a_safety_purpose",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def content_to_release(self) -> dict[str, Any]:
        """With the days between which classes count."""
        return super().content_to_release | {
            "slug": self.slug,
            "purpose": self.purpose,
            "days": [self.starts_on.isoformat(), self.ends_on.isoformat()],
        }

    def is_counting(self, day: datetime.date) -> bool:
        """Whether a class teacher may confirm or correct a count on this day."""
        return self.is_released and self.starts_on <= day <= self.ends_on


class SchoolClassQuerySet(models.QuerySet["SchoolClass"]):
    """Reads of classes."""

    def visible_to(self, officer: "Officer") -> Self:
        """Those of campaigns of the officer's units. No post means none."""
        return self.filter(campaign__unit_id__in=officer.unit_ids)


class SchoolClass(Row):
    """A class that takes part: how many pupils it has, and how many pledged."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="classes")
    # The parents' group of the class; its lead is the class teacher, who holds the link.
    group = models.ForeignKey("network.Group", models.PROTECT, related_name="+")
    lead = models.ForeignKey("network.Lead", models.PROTECT, related_name="+")
    school = models.CharField(max_length=160)
    commune = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    # The link is derived from these and the site's key (lessons.class_links): another version or
    # secret ends the old one. Classes of before have no secret until they get a new link.
    link_version = models.PositiveSmallIntegerField(default=1, db_default=1)
    link_secret = models.BinaryField(max_length=32, default=new_row_secret, db_default=b"")
    pupils = models.PositiveSmallIntegerField(null=True)
    pledged = models.PositiveSmallIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)

    objects = SchoolClassQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "group"], name="class_takes_part_once_in_a_campaign"
            ),
            models.CheckConstraint(
                condition=models.Q(pledged__isnull=True)
                | models.Q(pledged__lte=models.F("pupils"), pupils__lte=60),
                name="no_more_pupils_pledged_than_a_class_has",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} in {self.campaign_id}"
