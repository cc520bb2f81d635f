"""Which tips stand behind an entry of the public look-up. Seen only by who may see the tip."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row
from keng.tips.models.tip import Tip


class ListingEvidence(Row):
    """A tip in which the listed number was used in the offence."""

    listing = models.ForeignKey("lookup.Listing", models.CASCADE, related_name="+")
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "tip"], name="listing_names_a_tip_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tip_id} behind {self.listing_id}"
