"""What opens one tip to one officer, or closes it: breaking in in an emergency, and recusal."""

import uuid
from collections.abc import Collection

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class BreakInQuerySet(models.QuerySet["BreakIn"]):
    """Reads of emergencies."""

    def open_now(self, officer_id: uuid.UUID) -> "BreakInQuerySet":
        """Those by which this officer still reads a tip."""
        # By the database's clock: a query that is built once takes no moment with it.
        return self.filter(officer_id=officer_id, until__gt=Now())

    def unread(self) -> "BreakInQuerySet":
        """Those that nobody above has read yet."""
        return self.filter(read_by__isnull=True)

    def told_to(
        self, officer_id: uuid.UUID, own_unit_ids: Collection[uuid.UUID]
    ) -> "BreakInQuerySet":
        """None of their own doing, of a tip about their own unit, or one they were recused from."""
        recused = Recusal.objects.in_force(officer_id)
        others = self.exclude(officer=officer_id).exclude(tip__in=recused.values("tip"))
        return others.exclude(tip__concerns__unit__in=own_unit_ids)


class BreakIn(Row):
    """An officer who is not named opened a matter for named officers, in an emergency."""

    class Ground(models.TextChoices):
        LIFE = "life", _("Somebody is in danger now")
        NOBODY = "nobody", _("No named officer can be reached, and it cannot wait")
        DEADLINE = "deadline", _("A deadline of law runs out, and no named officer is there")

    tip = models.ForeignKey("tips.Tip", models.CASCADE, related_name="break_ins")
    officer = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    # Whose tip it was then: who reads of it follows from this, wherever the tip goes.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    ground = models.CharField(max_length=8, choices=Ground)
    words = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    # Who read of it, of those who are told.
    read_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField(null=True)

    objects = BreakInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(read_by__isnull=True) | ~models.Q(read_by=models.F("officer")),
                name="break_in_is_read_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("at")), name="break_in_ends_after_it_began"
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "until"], name="break_in_of_officer"),
            models.Index(
                fields=["unit"], condition=models.Q(read_by__isnull=True), name="break_in_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} opened {self.tip_id}"


class RecusalQuerySet(models.QuerySet["Recusal"]):
    """Reads of recusals."""

    def in_force(self, officer_id: uuid.UUID | None = None) -> "RecusalQuerySet":
        """Those that keep an officer, or this officer, from a tip."""
        standing = self.filter(ended_at__isnull=True)
        return standing if officer_id is None else standing.filter(officer_id=officer_id)


class Recusal(Row):
    """An officer who has nothing to do with one tip: no list, count or call of theirs has it."""

    tip = models.ForeignKey("tips.Tip", models.CASCADE, related_name="recusals")
    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    ended_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = RecusalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "tip"],
                condition=models.Q(ended_at__isnull=True),
                name="recusal_from_a_tip_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} has no part in {self.tip_id}"
