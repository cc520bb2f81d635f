"""That a report is kept and not used, as its reporter asked: no desk reads its words."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    """Reads of restrictions."""

    def in_force(self) -> "RestrictionQuerySet":
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


class Restriction(Row):
    """Data protection granted the reporter's request to have a closed report used less."""

    class LiftGround(models.TextChoices):
        ASKER = "asker", _("Whoever asked for it agrees")
        CLAIM = "claim", _("Needed for a legal claim or for criminal proceedings")
        LIFE = "life", _("Somebody's life or health is in danger")

    tip = models.ForeignKey("tips.Tip", models.CASCADE, related_name="restrictions")
    # Of the data request: by it the desk asks data protection.
    number = models.CharField(max_length=16)
    by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    lift_ground = models.CharField(
        max_length=5, choices=LiftGround, default="", db_default="", blank=True
    )
    lifted_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tip"],
                condition=models.Q(lifted_at__isnull=True),
                name="tip_is_restricted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_ground="")
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False)
                & ~models.Q(lift_ground=""),
                name="restriction_is_lifted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tip_id} is kept and not used"
