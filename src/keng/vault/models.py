"""What is sealed, and the public halves of the keys that seal it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row
from keng.vault.key_pairs import HYBRID_PUBLIC_SIZE
from keng.vault.splitting import FEWEST_CUSTODIANS, MOST_CUSTODIANS

CURVE_POINT_SIZE = 65
"""A public key on P-256 as browsers write it: 04 and the two coordinates."""


class KeyClass(models.TextChoices):
    """What is sealed under one key, and so is kept and destroyed together."""

    ORDINARY = "ordinary", "ordinary"
    # Children and sexual offences.
    SENSITIVE = "sensitive", "sensitive"
    # About the unit or its people: only the province holds shares.
    CONCERNS_UNIT = "concerns", "concerns"


def class_of_tip(*, concerns: bool, is_for_named: bool) -> str:
    """Under which class what belongs to a tip is sealed; whoever does not know says False."""
    if concerns:
        return KeyClass.CONCERNS_UNIT
    return KeyClass.SENSITIVE if is_for_named else KeyClass.ORDINARY


class UnitKey(Row):
    """The public key of a unit, for one class of what is sealed to it.

    With an epoch its private half lies nowhere: it was split (KeyShare). Without one it is in the
    operator's file, under the passphrase: so it is until two people hold keys of their own.

    A hold key (held_from) is one to which nothing is sealed but what was on legal hold when all
    else of another key's month was gone (openings.resealing).
    """

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    key_class = models.CharField(
        max_length=10, choices=KeyClass, default=KeyClass.ORDINARY, db_default=KeyClass.ORDINARY
    )
    # The first day of its month, by the clock of Vietnam.
    epoch = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)
    # Nothing opens what was sealed to it any more.
    destroyed_at = models.DateTimeField(null=True, blank=True)
    # Of a hold key: which key its records were sealed to before.
    held_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="hold_keys"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "key_class"],
                condition=models.Q(retired_at__isnull=True),
                name="unit_has_one_current_key_of_a_class",
            ),
            models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True) | models.Q(retired_at__isnull=False),
                name="only_a_retired_unit_key_is_destroyed",
            ),
            models.CheckConstraint(
                condition=models.Q(held_from__isnull=True) | models.Q(retired_at__isnull=False),
                name="nothing_new_is_sealed_to_a_hold_key",
            ),
        ]

    def __str__(self) -> str:
        return f"key of {self.unit_id}"


class SenderKey(Row):
    """The public key to which reply addresses are sealed; only the sender process can open them."""

    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sender key {self.id}"


class WorkerKey(Row):
    """A public key for what only the worker opens, and only for minutes; renewed every hour.

    Its private half lies in a file named by the id of this row, and is dropped soon after the key
    is retired: then nothing opens what was sealed to it.
    """

    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"worker key {self.id}"


class Installation(models.Model):
    """One row: what the keys are known by that belong to this database, and whose data it holds."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # Said at the first start and never changed: the demo's people are invented.
    is_demo = models.BooleanField()
    site_key = models.BinaryField(max_length=32)
    sender_key = models.BinaryField(max_length=32)
    audit_key = models.BinaryField(max_length=32)
    # Empty until the next start, where a version began that did not keep it.
    transfer_key = models.BinaryField(max_length=32, null=True)
    begun_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_installation"),
        ]

    def __str__(self) -> str:
        return "the demo" if self.is_demo else "an installation"


class SealedIdentity(Row):
    """What could name a reporter, sealed to the unit's key; the server cannot open it."""

    class Kind(models.TextChoices):
        CONTACT = "contact", "contact"
        RAW = "raw", "raw"
        IN_TEXT = "in_text", "in_text"
        # The words of a tip found out of scope, kept a few days for an objection.
        CONTENT = "content", "content"

    # A plain reference: the vault lies below tips.
    tip_ref = models.UUIDField(db_index=True)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    # Which things are inside, by name only: "name", "phone", "chat", "email".
    holds = models.JSONField(default=list, db_default=[])
    ciphertext = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"sealed {self.kind} {self.id}"


class HolderKey(Row):
    """The public key of one officer, to whom shares are sealed (P-256: every browser has it).

    Its private half exists only in that officer's browser, and wrapped (WrappedHolderKey).
    """

    # A plain reference to accounts.Officer.
    officer_ref = models.UUIDField(db_index=True)
    public_key = models.BinaryField(max_length=CURVE_POINT_SIZE)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer_ref"],
                condition=models.Q(retired_at__isnull=True),
                name="officer_has_one_current_holder_key",
            ),
        ]

    def __str__(self) -> str:
        return f"holder key {self.id}"


class WrappedHolderKey(Row):
    """The private half of a holder's key, wrapped in their browser; the server cannot unwrap it."""

    class Kind(models.TextChoices):
        PASSKEY = "passkey", "passkey"
        PHRASE = "phrase", "phrase"

    holder_key = models.ForeignKey(HolderKey, models.CASCADE, related_name="wraps")
    kind = models.CharField(max_length=7, choices=Kind)
    # Which passkey, as the browser names it; empty for a phrase.
    credential_id = models.BinaryField(max_length=1023, default=b"", db_default=b"")
    salt = models.BinaryField(max_length=32)
    # Of PBKDF2-SHA256, for a phrase.
    rounds = models.PositiveIntegerField(default=0, db_default=0)
    # Nonce (12 bytes) and AES-256-GCM of the private half.
    wrapped = models.BinaryField(max_length=512)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder_key", "credential_id"], name="holder_key_has_one_wrap_of_each_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} wrap of {self.holder_key_id}"


class CustodianKeyQuerySet(models.QuerySet["CustodianKey"]):
    """Reads of the custodians' keys."""

    def in_use(self) -> "CustodianKeyQuerySet":
        """To which shares are sealed now, the newest first."""
        return self.filter(retired_at=None).order_by("-pk")


class CustodianKey(Row):
    """The public key of the custodians, to which one share of every epoch's key is sealed.

    Its private half is in the operator's file (keys.operator_file), under this row's id, until it
    is divided: then in so many parts, of which so many are needed (vault.dividing).
    """

    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)
    # The last one: parts of an earlier one do not fit its parts.
    division = models.UUIDField(null=True, blank=True)
    parts = models.PositiveSmallIntegerField(null=True, blank=True)
    parts_needed = models.PositiveSmallIntegerField(null=True, blank=True)
    divided_at = models.DateTimeField(null=True, blank=True)

    objects = CustodianKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    division__isnull=True,
                    parts__isnull=True,
                    parts_needed__isnull=True,
                    divided_at__isnull=True,
                )
                | models.Q(
                    division__isnull=False,
                    parts__isnull=False,
                    parts__lte=MOST_CUSTODIANS,
                    parts_needed__isnull=False,
                    parts_needed__gte=FEWEST_CUSTODIANS,
                    parts_needed__lte=models.F("parts"),
                    divided_at__isnull=False,
                ),
                name="some_of_many_custodians_are_needed",
            )
        ]

    def __str__(self) -> str:
        return f"custodians' key {self.id}"


class KeyShare(Row):
    """One share of a unit's key, sealed to its holder, and around that under the epoch's wrap key.

    The wrap key is a file beside the database (epochs.wrap_key_file): without it nothing of a
    share can be read, also out of an old backup.
    """

    unit_key = models.ForeignKey(UnitKey, models.CASCADE, related_name="shares")
    # None: the custodians'.
    holder_key = models.ForeignKey(HolderKey, models.PROTECT, null=True, related_name="+")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_key", "holder_key"], name="holder_has_one_share_of_a_key"
            ),
            models.UniqueConstraint(
                fields=["unit_key"],
                condition=models.Q(holder_key__isnull=True),
                name="custodians_have_one_share_of_a_key",
            ),
        ]

    def __str__(self) -> str:
        return f"share of {self.unit_key_id}"


class ResharingRequest(Row):
    """That two holders of keys of a unit put them together, and nobody sees anything by it.

    To split them anew, since one of the holders left: the worker makes it then, and drops it once
    who holds is others again. With a hold key, to reseal to it what is on hold: the worker makes it
    when nothing else is left that is sealed to `any_key`.
    """

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # By the id of each UnitKey, the ids of the HolderKeys it will be split for.
    plan = models.JSONField()
    # One of them: whoever holds a share of it today holds one of all of them.
    any_key = models.ForeignKey(UnitKey, models.CASCADE, related_name="+")
    hold_key = models.ForeignKey(UnitKey, models.CASCADE, null=True, blank=True, related_name="+")
    # How many were on hold when it was asked for.
    records = models.PositiveIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=Now())
    first_ref = models.UUIDField(null=True, blank=True)
    second_ref = models.UUIDField(null=True, blank=True)
    # When the last of them came; a day later all begins anew.
    joined_at = models.DateTimeField(null=True, blank=True)
    # When the opener had split them.
    done_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(second_ref__isnull=True)
                | models.Q(first_ref__isnull=False) & ~models.Q(second_ref=models.F("first_ref")),
                name="resharing_is_joined_by_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True) | models.Q(second_ref__isnull=False),
                name="only_two_people_reshare",
            ),
        ]

    def __str__(self) -> str:
        return f"resharing {self.id}"


class NewShare(Row):
    """A share that the opener made by a resharing, until the worker puts it in the old one's place.

    Sealed as in KeyShare, under the wrap key that is about to be replaced.
    """

    resharing = models.ForeignKey(ResharingRequest, models.CASCADE, related_name="new_shares")
    unit_key = models.ForeignKey(UnitKey, models.CASCADE, related_name="+")
    # None: the custodians'.
    holder_key = models.ForeignKey(HolderKey, models.PROTECT, null=True, related_name="+")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"new share of {self.unit_key_id}"


class OpeningRequest(Row):
    """That one record be opened: asked by one officer, approved by another, opened once."""

    class What(models.TextChoices):
        CONTACT = "contact", _("Name, phone and address of the reporter")
        IN_TEXT = "in_text", _("Words cut out of the report")
        RAW = "raw", _("The message as it came")
        FILE = "file", _("An original file")

    class Reason(models.TextChoices):
        DANGER = "danger", _("Somebody is in danger")
        PROTECTION = "protection", _("The reporter or a victim has to be protected")
        INVESTIGATION = "investigation", _("Needed for criminal proceedings")
        COURT = "court", _("Ordered by a court or the procuracy")
        SUBJECT = "subject", _("The reporter asked for it")

    class Stage(models.TextChoices):
        """Where a request stands; no column has it, as some of it is a matter of time."""

        ASKED = "asked", "asked"
        APPROVED = "approved", "approved"
        REFUSED = "refused", "refused"
        OPENED = "opened", "opened"
        WITHDRAWN = "withdrawn", "withdrawn"
        # A backup was restored since: whether it was opened meanwhile nobody knows.
        NOT_KNOWN = "not_known", "not known"
        # Nobody answered within its day, or nobody opened it.
        OVER = "over", "over"

    # A plain reference: the vault lies below tips.
    tip_ref = models.UUIDField(db_index=True)
    what = models.CharField(max_length=10, choices=What)
    # The row of SealedIdentity, or for a file that of tips.Attachment.
    record_ref = models.UUIDField()
    # The UnitKey it was sealed to when it was asked for; empty where the operator's file opens it.
    unit_key_ref = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=15, choices=Reason)
    legal_basis = models.CharField(max_length=300)
    text = models.TextField(max_length=2000)
    # Why the reporter's "do not call" or safe hours are overridden; empty where they are not.
    override_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    is_emergency = models.BooleanField(default=False, db_default=False)
    # The tips.Transfer that it goes along with: resealed to the desk there, and shown to nobody.
    transfer_ref = models.UUIDField(null=True, blank=True)
    asked_by_ref = models.UUIDField()
    asked_at = models.DateTimeField(db_default=Now())
    approved_by_ref = models.UUIDField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    refused_by_ref = models.UUIDField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    is_reporter_told = models.BooleanField(default=True, db_default=True)
    why_not_told = models.CharField(max_length=500, blank=True, default="", db_default="")
    opened_at = models.DateTimeField(null=True, blank=True)
    # When who asked took it back, or a restore brought it back.
    lapsed_at = models.DateTimeField(null=True, blank=True)
    is_lapsed_by_restore = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by_ref__isnull=True)
                | ~models.Q(approved_by_ref=models.F("asked_by_ref")),
                name="opening_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by_ref__isnull=True, approved_at__isnull=True)
                | models.Q(approved_by_ref__isnull=False, approved_at__isnull=False),
                name="approval_of_an_opening_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(opened_at__isnull=True) | models.Q(approved_at__isnull=False),
                name="only_an_approved_opening_is_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(refused_at__isnull=True) | models.Q(opened_at__isnull=True),
                name="what_was_refused_is_not_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"opening {self.id}"
