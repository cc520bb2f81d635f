"""A critical tip that nobody has taken yet calls people, again and again, until somebody does."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row


class Alarm(Row):
    """The calling for one tip. It rings while `ended_at` is empty."""

    tip = models.OneToOneField("tips.Tip", models.CASCADE, related_name="alarm")
    # The unit that is called first; changes when the tip is passed on.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(db_default=Now())
    rounds = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_call_at = models.DateTimeField(db_default=Now())
    taken_by = models.ForeignKey("accounts.Officer", models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    # When it was taken by the link of a text message, until the tip is opened by whoever took it.
    taken_by_link_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_call_at"],
                condition=models.Q(ended_at__isnull=True),
                name="alarm_ringing",
            ),
            models.Index(
                fields=["taken_by_link_at"],
                condition=models.Q(taken_by_link_at__isnull=False),
                name="alarm_taken_by_link",
            ),
        ]

    def __str__(self) -> str:
        return f"alarm for {self.tip_id}"


class BundledCall(models.Model):
    """This tip's calls are those of an earlier one of the same sender within an hour.

    It says of two tips that one sender sent them, and of nobody who that is; gone after an hour.
    """

    tip = models.OneToOneField(
        "tips.Tip", models.CASCADE, primary_key=True, related_name="bundled_call"
    )
    # The first of the bundle. No key: that one may not be there, and then this one rings.
    first_ref = models.UUIDField(db_index=True)
    # Not for saying the same as that one: its sender had rung often enough by then.
    is_joint = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField(db_default=Now())
    # For this one the bundle was called again, since it had grown so far.
    is_called = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return f"calls of {self.tip_id} are bundled"


class AlarmCall(Row):
    """One officer, or the emergency room, called in one round or told to stand down."""

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="calls")
    round = models.PositiveSmallIntegerField()
    # Empty: the emergency room.
    officer = models.ForeignKey("accounts.Officer", models.SET_NULL, null=True, related_name="+")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    is_on_duty = models.BooleanField()
    # How many pagers of theirs were called; 0 says that somebody must phone them.
    ways = models.PositiveSmallIntegerField()
    # Not called to come, but told that nobody else needs to.
    is_stand_down = models.BooleanField(default=False, db_default=False)
    # They were called once for several tips of a bundle, by the dispatch of another one of them.
    is_joint = models.BooleanField(default=False, db_default=False)
    # When the officer answered by a key or in a chat that they are coming.
    answered_at = models.DateTimeField(null=True)
    # Of a joint call empty after an hour: it says that two tips had one sender.
    dispatch = models.ForeignKey("delivery.Dispatch", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"round {self.round} of {self.alarm_id}"
