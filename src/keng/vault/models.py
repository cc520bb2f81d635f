"""What is sealed, and the public halves of the keys that seal it."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row
from keng.vault.key_pairs import HYBRID_PUBLIC_SIZE


class UnitKey(Row):
    """The public key of a unit. Its private half is in the operator's passphrase-protected file."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(retired_at__isnull=True),
                name="unit_has_one_current_key",
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
