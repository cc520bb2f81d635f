"""A legal hold: what keeps one tip from being destroyed, whoever else would destroy it."""

import datetime

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.models import Row

# So long one officer keeps a tip alone, until a second one has decided.
UNDECIDED_HOLDS_FOR = datetime.timedelta(days=14)


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Reads of legal holds."""

    def undecided(self) -> "LegalHoldQuerySet":
        """Those that wait for a second officer, and keep the tip meanwhile."""
        since = times.now() - UNDECIDED_HOLDS_FOR
        return self.filter(agreed_at=None, refused_at=None, began_at__gt=since)

    def in_force(self) -> "LegalHoldQuerySet":
        """Those that keep a tip now: agreed to and not ended, or not decided on yet."""
        since = times.now() - UNDECIDED_HOLDS_FOR
        agreed = models.Q(agreed_at__isnull=False, ended_at=None)
        undecided = models.Q(agreed_at=None, refused_at=None, began_at__gt=since)
        return self.filter(agreed | undecided)

    def lapsed(self) -> "LegalHoldQuerySet":
        """Those on which nobody decided in time: they keep nothing."""
        since = times.now() - UNDECIDED_HOLDS_FOR
        return self.filter(agreed_at=None, refused_at=None, began_at__lte=since)

    def end_undecided(self) -> "LegalHoldQuerySet":
        """Those of which somebody wants the end, and a second officer has to say so."""
        return self.filter(end_asked_at__isnull=False, ended_at=None)


class LegalHold(Row):
    """One tip is kept, by two officers, until two officers say that it need not be any more."""

    class Ground(models.TextChoices):
        CASE = "case", _("A case is being verified or investigated")
        COURT = "court", _("A court or the procuracy asked for it")
        COMPLAINT = "complaint", _("A complaint about how it was handled is open")
        INSPECTION = "inspect", _("An inspection looks at it")

    tip = models.ForeignKey("tips.Tip", models.CASCADE, related_name="legal_holds")
    # Whose tip it was then.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    ground = models.CharField(max_length=9, choices=Ground)
    words = models.CharField(max_length=500)
    asked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    began_at = models.DateTimeField(db_default=Now())
    agreed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    # By a second officer; without one where nobody decided in time and somebody asked anew.
    refused_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    end_asked_by = models.ForeignKey(
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )
    end_asked_at = models.DateTimeField(null=True)
    end_words = models.CharField(max_length=500, default="", db_default="")
    ended_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | models.Q(agreed_by__isnull=False, agreed_at__isnull=False)
                & ~models.Q(agreed_by=models.F("asked_by")),
                name="legal_hold_takes_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True, ended_at__isnull=True)
                | models.Q(
                    ended_by__isnull=False, ended_at__isnull=False, end_asked_by__isnull=False
                )
                & ~models.Q(ended_by=models.F("end_asked_by")),
                name="end_of_a_legal_hold_takes_two_people",
            ),
            models.UniqueConstraint(
                fields=["tip"],
                condition=models.Q(refused_at__isnull=True, ended_at__isnull=True),
                name="tip_has_one_legal_hold",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit"],
                condition=models.Q(agreed_at__isnull=True, refused_at__isnull=True)
                | models.Q(end_asked_at__isnull=False, ended_at__isnull=True),
                name="legal_hold_to_decide",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ground} keeps {self.tip_id}"

    @property
    def is_undecided(self) -> bool:
        """Whether a second officer has still to agree."""
        return self.agreed_at is None and self.refused_at is None

    @property
    def is_end_undecided(self) -> bool:
        """Whether a second officer has still to agree that it ends."""
        return self.end_asked_at is not None and self.ended_at is None
