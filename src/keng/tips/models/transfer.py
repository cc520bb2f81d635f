"""A tip that goes to a desk of another installation, or came from one."""

import datetime
import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit import times
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
    # Of its public site, where files go by themselves; without one they are carried.
    address = models.CharField(max_length=200, default="", db_default="", blank=True)
    # In a network of one's own: it is asked as it stands, also at an address that is not public.
    is_address_private = models.BooleanField(default=False, db_default=False)
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

    def key_to_seal_to(self) -> "TransferKey | None":
        """The key of the desk there to which who reported can be sealed now.

        None until that desk told one, or since what was sealed to it came too late. The opener
        looks at its signature once more.
        """
        if self.is_incoming or self.state != self.State.WITH_THEM:
            return None
        told = self.keys.order_by("id").last()
        return None if told is None or self.has_key_ended(told.key_ref) else told

    def has_key_ended(self, key_ref: uuid.UUID) -> bool:
        """Whether something that was sealed to this key came too late."""
        late = TransferIdentity.Answer.KEY_ENDED
        return self.identities.filter(key_ref=key_ref, answer=late).exists()


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
    # Of who reported: which sealed records went with it, or which it says what became of, by ref.
    identities = models.JSONField(
        default=list, db_default=models.Value([], output_field=models.JSONField())
    )
    # Of a file that came: up to which number of a file its writer reads (transfers.envelope).
    reads_form = models.PositiveSmallIntegerField(default=1, db_default=1)
    # Nobody: the worker made it, or took it in, for an installation with an address.
    by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "is_incoming", "number"], name="transfer_file_comes_once"
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.number} of {self.transfer_id}"


class TransferKey(Row):
    """A key of the receiving desk, as its file told it: who reported can be resealed to it.

    Each side keeps it: the one that told it, for how long it has to live; the other, to seal to it.
    """

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="keys")
    # The receiver's vault.UnitKey; on the other side only a name of it.
    key_ref = models.UUIDField()
    public_key = models.BinaryField(max_length=2000)
    # By the receiving installation (vault.desk_key_statement): the opener believes nobody else.
    signature = models.BinaryField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "key_ref"], name="transfer_tells_a_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.key_ref} of {self.transfer_id}"


class TransferIdentity(Row):
    """A sealed record of who reported that went along, or came: resealed, and read by nobody."""

    class Answer(models.TextChoices):
        NONE = "", _("not answered yet")
        TAKEN = "taken", _("kept there")
        KEY_ENDED = "key_ended", _("came too late there: its key is gone")

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="identities")
    # What both sides call it, and the id that it is sealed for: that of the request here, and of
    # the record of the vault there.
    ref = models.UUIDField()
    # Where it went from: the vault's record. Empty where it came.
    record_ref = models.UUIDField(null=True)
    key_ref = models.UUIDField()
    kind = models.CharField(max_length=10)
    holds = models.JSONField(default=list, db_default=[])
    # Opened by two officers of the other desk; empty where it came.
    sealed = models.BinaryField(default=b"", db_default=b"")
    answer = models.CharField(max_length=9, choices=Answer, default="", db_default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "ref"], name="transferred_identity_goes_once"
            ),
        ]

    def __str__(self) -> str:
        return f"identity {self.ref} of {self.transfer_id}"


class TransferTrouble(models.TextChoices):
    """Why a file has not arrived, or was not taken in: a word that one installation answers."""

    UNREACHABLE = "unreachable", _("The other installation does not answer")
    REFUSED_ADDRESS = "refused_address", _("Its address is not one that may be asked")
    NO_SUCH_PAGE = "no_such_page", _("At its address nobody takes files in")
    UNKNOWN_SENDER = "unknown_sender", _("It does not know this installation: its operator adds it")
    TOO_MANY = "too_many", _("It has too much waiting, and is asked again")
    TOO_LARGE = "too_large", _("A proxy in front of it takes no files of this size")
    BUSY = "busy", _("It could not take the file in just now")
    NOT_FOR_US = "not_for_us", _("The file did not open there: its card here is an old one")
    UNREADABLE = "unreadable", _("One of the two installations needs a newer version")
    TOO_OLD = "too_old", _("The file was too old there, or a clock is wrong")
    NO_TRANSFER = "no_transfer", _("It belongs to no tip there")
    OTHER = "other", _("It answered something that is not known here")


class TransferUploadQuerySet(models.QuerySet["TransferUpload"]):
    """Reads of what goes to other installations."""

    def needing_hands(self) -> "TransferUploadQuerySet":
        """What an officer fetches and has carried, of transfers that are not over."""
        late = models.Q(settled_at=None, failing_since__lt=times.now() - TransferUpload.TOLD_AFTER)
        ended = models.Q(state__in=TransferUpload.NOT_TAKEN)
        is_over = models.Q(
            file__transfer__state__in=[Transfer.State.RETURNED, Transfer.State.ENDED]
        )
        return self.filter(late | ended).exclude(is_over)


class TransferUpload(models.Model):
    """How far a file has come that goes to the address of the other installation."""

    class State(models.TextChoices):
        TRYING = "trying", _("is being sent")
        RECEIVED = "received", _("has arrived and is not taken in yet")
        TAKEN = "taken", _("was taken in there")
        REFUSED = "refused", _("was refused there")
        GIVEN_UP = "given_up", _("could not be sent")

    NOT_TAKEN = (State.REFUSED, State.GIVEN_UP)
    SETTLED = (State.TAKEN, *NOT_TAKEN)
    # Before that nobody is told: a machine may be started anew.
    TOLD_AFTER = datetime.timedelta(hours=6)

    file = models.OneToOneField(
        TransferFile, models.CASCADE, primary_key=True, related_name="upload"
    )
    state = models.CharField(
        max_length=8, choices=State, default=State.TRYING, db_default=State.TRYING
    )
    # Since it last came further; after each the next one waits longer.
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_at = models.DateTimeField(db_default=Now())
    trouble = models.CharField(
        max_length=16, choices=TransferTrouble, default="", db_default="", blank=True
    )
    failing_since = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = TransferUploadQuerySet.as_manager()

    def __str__(self) -> str:
        return f"upload of {self.file_id}, {self.state}"

    @property
    def needs_hands(self) -> bool:
        """Whether an officer fetches the file and has it carried."""
        is_late = (
            self.settled_at is None
            and self.failing_since is not None
            and self.failing_since < times.now() - self.TOLD_AFTER
        )
        return is_late or self.state in self.NOT_TAKEN


class TransferArrivalQuerySet(models.QuerySet["TransferArrival"]):
    """Reads of what came from other installations."""

    def waiting(self) -> "TransferArrivalQuerySet":
        """What is neither taken in nor refused."""
        return self.filter(state=TransferArrival.State.WAITING)

    def for_an_officer(self) -> "TransferArrivalQuerySet":
        """What a person takes in: a tip, or that one has ended there."""
        return self.waiting().filter(kind__in=TransferArrival.FOR_AN_OFFICER)


class TransferArrival(Row):
    """A file that another installation sent to the address of this one, as it came: sealed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Taken in")
        REFUSED = "refused", _("Refused")

    class Kind(models.TextChoices):
        UNREAD = "", _("Not opened yet")
        TIP = "tip", _("A tip")
        NEWS = "news", _("What is new of a tip")
        END = "end", _("That a tip has ended there")

    FOR_AN_OFFICER = (Kind.TIP, Kind.END)

    other = models.ForeignKey(OtherInstallation, models.PROTECT, related_name="+")
    # SHA-256 of the bytes: the same file again is the same row.
    digest = models.BinaryField(max_length=32)
    size = models.PositiveIntegerField()
    content = models.BinaryField(default=b"", db_default=b"")
    state = models.CharField(
        max_length=8, choices=State, default=State.WAITING, db_default=State.WAITING
    )
    trouble = models.CharField(
        max_length=16, choices=TransferTrouble, default="", db_default="", blank=True
    )
    # What the worker saw when it opened it.
    kind = models.CharField(max_length=4, choices=Kind, default="", db_default="", blank=True)
    number_of_both = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=Now())
    look_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    objects = TransferArrivalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["other", "digest"], name="transfer_file_arrives_once"),
        ]
        indexes = [
            models.Index(
                fields=["look_at"],
                condition=models.Q(state="waiting"),
                name="arrivals_that_wait",
            ),
        ]

    def __str__(self) -> str:
        return f"arrival {self.pk}, {self.state}"
