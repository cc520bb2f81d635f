"""The seconds in which the end of a tip can still be taken back."""

from django.db import models

from keng.kit.models import Row
from keng.tips.models.decision import Decision


class HeldEnding(Row):
    """What taking an ending back needs, as long as the answer to the reporter is held.

    The box opens with a key that stands in the deciding officer's page alone, and on its way there
    in their session, which drops it when the page opens or the time is over (keng.tips.toast):
    words that are out of scope stay out of everybody's sight meanwhile.
    """

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="held")
    box = models.BinaryField()
    # Viewing copies that no row of a file names any more; they go when the time is over.
    files = models.JSONField(default=list, db_default=[])
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"ending {self.decision_id} until {self.until}"
