"""A part of a dispatch that falls behind the others: noticed by the worker, seen by an officer."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class DispatchLagQuerySet(models.QuerySet["DispatchLag"]):
    """Reads of lags on the desk."""

    def waiting(self) -> "DispatchLagQuerySet":
        """Those that nobody has seen yet, of what is still being sent."""
        return self.filter(
            seen_at__isnull=True, caught_up_at__isnull=True, dispatch__cancelled_at__isnull=True
        )


class DispatchLag(Row):
    """One commune, kind of group or language that takes twice as long as the others."""

    class Of(models.TextChoices):
        PLACE = "place", _("Place")
        KIND = "kind", _("Kind of group")
        LANGUAGE = "language", _("Language")

    dispatch = models.ForeignKey("delivery.Dispatch", models.CASCADE, related_name="lags")
    of = models.CharField(max_length=8, choices=Of)
    # The id of the place, the code of the kind or of the language.
    value = models.CharField(max_length=36)
    # What is passed on by hand is compared with what is passed on by hand.
    is_by_hand = models.BooleanField()
    noticed_at = models.DateTimeField(db_default=Now())
    caught_up_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = DispatchLagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "of", "value", "is_by_hand"], name="lag_is_noticed_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["dispatch"],
                condition=models.Q(caught_up_at__isnull=True),
                name="dispatch_behind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.value} of {self.dispatch_id}"
