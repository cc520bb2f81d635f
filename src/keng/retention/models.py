"""For how long a closed tip is kept: one row for a category and how a tip ended, by two people."""

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# A tip is found by its words for 90 days, and the figures of the machine are made of the last
# month: nothing is destroyed before both are over.
FEWEST_MONTHS = 4
MOST_MONTHS = 600
# So that a mistake can be stopped, and a tip held, before anything is destroyed by a new period.
FIRST_PURGE_AFTER = datetime.timedelta(days=7)


class ClosedAs(models.TextChoices):
    """How a tip ended, as far as its period goes."""

    FOUNDED = "founded", _("Cleared up, prevented, led to a warning")
    UNFOUNDED = "unfounded", _("Unfounded")
    NO_TIP = "no_tip", _("Not a tip, outside our competence, or without an outcome")


class PeriodQuerySet(models.QuerySet["RetentionPeriod"]):
    """Reads of periods."""

    def waiting(self) -> "PeriodQuerySet":
        """Proposed, and neither agreed to nor refused."""
        return self.filter(agreed_at=None, refused_at=None, ended_at=None)

    def in_force(self) -> "PeriodQuerySet":
        """By which tips are destroyed, or will be in a few days."""
        return self.filter(agreed_at__isnull=False, ended_at=None)


class RetentionPeriod(Row):
    """A proposal by data protection, agreed to by somebody who leads or administers."""

    # The province, over its own desk and those below it.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Code of language/taxonomy.csv; empty: every category that has no period of its own.
    category = models.CharField(max_length=30, default="", db_default="", blank=True)
    closed_as = models.CharField(max_length=9, choices=ClosedAs)
    # From the day on which the tip was closed.
    months = models.PositiveSmallIntegerField()
    # The sentence of law that says so, and where it stands; empty: a house rule.
    law_words = models.CharField(max_length=500, default="", db_default="", blank=True)
    law_source = models.CharField(max_length=160, default="", db_default="", blank=True)
    proposed_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    agreed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    # Stopped by one person, or replaced by another one that was agreed to.
    ended_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    # Put there for the page.
    category_words: str

    objects = PeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | models.Q(agreed_by__isnull=False, agreed_at__isnull=False)
                & ~models.Q(agreed_by=models.F("proposed_by")),
                name="retention_period_takes_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(months__gte=FEWEST_MONTHS, months__lte=MOST_MONTHS),
                name="retention_period_is_in_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(law_words="", law_source="")
                | ~models.Q(law_words="") & ~models.Q(law_source=""),
                name="quoted_law_says_where_it_stands",
            ),
            models.UniqueConstraint(
                fields=["unit", "category", "closed_as"],
                condition=models.Q(agreed_at__isnull=False, ended_at__isnull=True),
                name="one_retention_period_in_force",
            ),
            models.UniqueConstraint(
                fields=["unit", "category", "closed_as"],
                condition=models.Q(
                    agreed_at__isnull=True, refused_at__isnull=True, ended_at__isnull=True
                ),
                name="one_retention_period_proposed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or 'all'}, {self.closed_as}: {self.months} months"

    @property
    def is_house_rule(self) -> bool:
        """Whether no sentence of law is quoted for it."""
        return not self.law_words

    @property
    def closed_as_words(self) -> "str | _StrPromise":
        """How the tips ended for which it is."""
        return ClosedAs(self.closed_as).label

    @property
    def purges_from(self) -> datetime.datetime | None:
        """Before then nothing is destroyed by it; none while nobody agreed."""
        return self.agreed_at and self.agreed_at + FIRST_PURGE_AFTER
