"""How many open tips a unit has, kept while they change: a desk's list counts thousands at once."""

from django.db import models


class OpenTally(models.Model):
    """So many more open tips (or fewer) of one unit that are alike in what the list counts.

    The tips of a unit are the sum over its rows. Triggers of `tips_tip` add rows in the transaction
    that changes a tip, and change none, so that nobody waits for anybody; the worker adds alike
    ones up (`keng.tips.open_tally`). Of tips that are set aside or joined to another nothing is
    here: whether they stand in a list depends on more than themselves.
    """

    # No key: the row of the tip has it.
    unit_ref = models.UUIDField()
    # The quarter of an hour in which its nearest deadline runs out.
    due_slot = models.DateTimeField()
    assigned_ref = models.UUIDField(null=True)
    is_critical = models.BooleanField()
    # Money just sent that nobody has taken on (keng.tips.models.tip.HAS_MONEY_TO_STOP).
    has_money_to_stop = models.BooleanField(default=False, db_default=False)
    is_waiting = models.BooleanField()
    is_answered = models.BooleanField()
    tips = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["unit_ref"], name="open_tally_of_unit")]

    def __str__(self) -> str:
        return f"{self.tips} of {self.unit_ref}"
