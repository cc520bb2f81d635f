"""Indicators seen in tips, and what the machine suggests about a tip."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.ids import coarse_id
from keng.kit.models import Row
from keng.kit.urgency import Urgency
from keng.language.categories import Strength
from keng.tips.models.tip import Tip


class Sighting(Row):
    """An indicator in a tip. Linked, counted or listed only when used in the offence."""

    # Officers see it in addresses: it tells the time to five minutes only.
    id = models.UUIDField(primary_key=True, default=coarse_id, editable=False)

    class Role(models.TextChoices):
        UNKNOWN = "unknown", _("Role not known")
        USED = "used", _("Used in the offence")
        NOT_USED = "not_used", _("Not part of it")

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="sightings")
    indicator = models.ForeignKey("lookup.Indicator", models.PROTECT, related_name="+")
    # The further message it stands in; null when it stands in the tip's own text.
    message = models.ForeignKey(
        "tips.DialogueMessage", models.CASCADE, null=True, related_name="sightings"
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    role = models.CharField(max_length=8, choices=Role, default="unknown", db_default="unknown")
    decided_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tip", "message", "indicator", "start"],
                nulls_distinct=False,
                name="sighting_is_recorded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} in {self.tip_id}"


class Suggestion(Row):
    """What the machine thinks, with its reasons. A person decides."""

    tip = models.OneToOneField(Tip, models.CASCADE, related_name="suggestion")
    # [{"code", "strength" (keng.language.categories.Strength), "reasons": [quoted words]}], best
    # first; a first one of strength "unsure" asks the officer what it is.
    categories = models.JSONField(default=list)
    urgency = models.CharField(max_length=2, default=Urgency.P2)
    urgency_reasons = models.JSONField(default=list)
    # Place codes found in the text, best first; where no commune is sure, at the end the one that
    # the tip came from.
    places = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"suggestion for {self.tip_id}"

    @property
    def asks(self) -> bool:
        """Whether the machine has no guess that it would stand by, and asks the officer."""
        return any(each.get("strength") == Strength.UNSURE for each in self.categories[:1])

    @property
    def guess(self) -> str:
        """The likeliest category; empty where there is none, or where it asks."""
        return self.categories[0]["code"] if self.categories and not self.asks else ""
