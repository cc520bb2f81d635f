"""A tip that goes to a desk of another installation, or came from one."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class OtherInstallationQuerySet(models.QuerySet["OtherInstallation"]):
    """Reads of other installations."""

    def known(self) -> "OtherInstallationQuerySet":
        """Those with which tips are exchanged now."""
        return self.filter(removed_at=None)


class OtherInstallation(Row):
    """The Kẻng of another province, by the card that its operator made (keng.transfers.card).

    Its keys do not change: another card is another row, once the operator removed this one.
    """

    name = models.CharField(max_length=160)
    province_code = models.CharField(max_length=4)
    phone = models.CharField(max_length=40, default="", db_default="", blank=True)
    signing_key = models.BinaryField(max_length=32)
    sealing_key = models.BinaryField(max_length=2000)
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    objects = OtherInstallationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signing_key"],
                condition=models.Q(removed_at__isnull=True),
                name="installation_is_known_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Reads of transfers."""

    def standing(self) -> "TransferQuerySet":
        """Those that are not over: asked for, on their way, or with the other side."""
        return self.filter(state__in=Transfer.STANDING)

    def undecided(self) -> "TransferQuerySet":
        """Those that wait for a second officer."""
        return self.filter(state=Transfer.State.ASKED)


class Transfer(Row):
    """One tip on its way to another installation, or taken over from one.

    Both sides know it by `number_of_both`, which one of them drew; neither learns the other's ids.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("A second officer decides")
        DROPPED = "dropped", _("Not transferred")
        SENT = "sent", _("On its way: not confirmed yet")
        WITH_THEM = "with_them", _("With the other province")
        WITH_US = "with_us", _("Taken over here")
        RETURNED = "returned", _("Given back")
        ENDED = "ended", _("Ended there")

    STANDING = (State.ASKED, State.SENT, State.WITH_THEM, State.WITH_US)

    number_of_both = models.UUIDField()
    tip = models.ForeignKey("tips.Tip", models.CASCADE, related_name="transfers")
    other = models.ForeignKey(OtherInstallation, models.PROTECT, related_name="+")
    # Whether the tip came from there; otherwise it goes there.
    is_incoming = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=9, choices=State)
    reason = models.CharField(max_length=500, default="", db_default="", blank=True)
    # Of a tip that came in: who took it over, alone.
    asked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    agreed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    # What the other side says: its desk, its number of the tip, why it gave it back.
    their_desk = models.CharField(max_length=160, default="", db_default="", blank=True)
    their_phone = models.CharField(max_length=40, default="", db_default="", blank=True)
    their_number = models.CharField(max_length=30, default="", db_default="", blank=True)
    their_reason = models.CharField(max_length=500, default="", db_default="", blank=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # The deadlines that stopped when the other side had it; they run again if it gives it back.
    stopped_clocks = models.JSONField(default=list, db_default=[])

    objects = TransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | models.Q(agreed_by__isnull=False, agreed_at__isnull=False)
                & ~models.Q(agreed_by=models.F("asked_by")),
                name="transfer_takes_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(is_incoming=True)
                | models.Q(state__in=["asked", "dropped"])
                | models.Q(agreed_by__isnull=False),
                name="no_tip_is_transferred_by_one_person",
            ),
            models.UniqueConstraint(
                fields=["tip"],
                condition=models.Q(state__in=["asked", "sent", "with_them", "with_us"]),
                name="tip_has_one_standing_transfer",
            ),
            models.UniqueConstraint(
                fields=["number_of_both", "is_incoming"], name="transfer_comes_in_once"
            ),
        ]

    def __str__(self) -> str:
        return f"transfer of {self.tip_id}, {self.state}"

    @property
    def is_undecided(self) -> bool:
        """Whether a second officer has still to agree."""
        return self.state == self.State.ASKED

    @property
    def is_with_others(self) -> bool:
        """Whether the other side has it, or may have it by now."""
        return self.state in {self.State.SENT, self.State.WITH_THEM}


class TransferFile(Row):
    """One signed and sealed file of a transfer, that went or came."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="files")
    is_incoming = models.BooleanField(default=False, db_default=False)
    # Counted from 1 on each way, so that one that is missing is missed.
    number = models.PositiveSmallIntegerField()
    # What goes, as often as it is fetched; opened by the other side alone. Nothing of what came.
    content = models.BinaryField(default=b"", db_default=b"")
    # How the tip stands on the side that made it, as the file says (transfers.content.Standing).
    says = models.CharField(max_length=8, default="", db_default="", blank=True)
    # Which messages went or came with it, by their ids here.
    messages = models.JSONField(default=list, db_default=[])
    by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "is_incoming", "number"], name="transfer_file_comes_once"
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.number} of {self.transfer_id}"
