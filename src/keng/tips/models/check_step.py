"""What has been done for a critical tip, step by step, beside the decisions on it."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row
from keng.tips.models.tip import Tip


class TipCheck(Row):
    """One step of the check list, ticked by an officer. Unticking keeps the row, with its reason.

    No decision: commune and province tick at the same time, and neither stands in the other's way.
    """

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="checks")
    # Code of keng.tips.check_list.
    step = models.CharField(max_length=16)
    ticked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField(db_default=Now())
    unticked_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    unticked_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tip", "step"],
                condition=models.Q(unticked_at__isnull=True),
                name="a_step_is_ticked_once",
            ),
            models.CheckConstraint(
                condition=models.Q(unticked_at__isnull=True, unticked_by__isnull=True, reason="")
                | (
                    models.Q(unticked_at__isnull=False, unticked_by__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="an_unticked_step_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.tip_id}"
