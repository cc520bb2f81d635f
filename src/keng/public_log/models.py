"""The tiles of the public log, which entry stands at which leaf, and what was signed."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class LogTile(models.Model):
    """Hashes that stand behind each other in the tree, 256 at the most (keng.merkle.tiles)."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class LogLeaf(models.Model):
    """Which entry a leaf commits to. A leaf of filler has no row."""

    leaf = models.BigIntegerField(primary_key=True)
    chain = models.CharField(max_length=80)
    seq = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="public_log_entry_has_one_leaf"),
        ]

    def __str__(self) -> str:
        return f"{self.leaf}: {self.chain}#{self.seq}"


class LeafSalt(models.Model):
    """What a leaf was salted with. Without it nobody can tell what the leaf says."""

    leaf = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.leaf)


class LoggedChain(models.Model):
    """How far the entries of a chain stand in the log."""

    chain = models.CharField(max_length=80, primary_key=True)
    last_seq = models.BigIntegerField()

    def __str__(self) -> str:
        return self.chain


class OpenedLeaf(models.Model):
    """What a leaf commits to, for everybody: of the entry that let a public text out."""

    leaf = models.BigIntegerField(primary_key=True)
    object_kind = models.CharField(max_length=30)
    object_id = models.CharField(max_length=80)
    entry_hash = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=32)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_kind", "object_id"], name="public_log_opened_of"),
        ]

    def __str__(self) -> str:
        return f"{self.object_kind} {self.object_id}"


class LogCheckpoint(models.Model):
    """What was signed of the log at one size."""

    size = models.BigIntegerField(primary_key=True)
    text = models.TextField()
    signature = models.TextField()
    """The line of our own key."""
    made_at = models.DateTimeField(db_default=Now())
    is_served = models.BooleanField(default=False)
    """Whether it was shown to everybody: the largest one is shown, so the log never shrinks."""

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """The line of a witness below one checkpoint."""

    pk = models.CompositePrimaryKey("size", "witness")
    size = models.BigIntegerField()
    witness = models.CharField(max_length=255)
    line = models.TextField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.witness} {self.size}"


class WitnessStanding(models.Model):
    """How far a witness has cosigned, and what it said last."""

    class Trouble(models.TextChoices):
        UNREACHABLE = "unreachable", _("It did not answer.")
        NO_ANSWER = "no_answer", _("It answered something else than a witness would.")
        NO_SIGNATURE = "no_signature", _("It signed with another key than the one in the settings.")
        UNKNOWN_LOG = "unknown_log", _("It does not know this log.")
        UNKNOWN_KEY = "unknown_key", _("It does not know the key that signs this log.")
        AHEAD = "ahead", _("It has seen a longer log: this database is older than what was signed.")
        OTHER_LOG = "other_log", _("It has seen another log under this name.")

    witness = models.CharField(max_length=255, primary_key=True)
    size = models.BigIntegerField(default=0)
    cosigned_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=20, choices=Trouble, default="")
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.witness


class LogPace(models.Model):
    """One row: how far the log has grown, and by how many leaves it grows today."""

    one = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    step = models.BigIntegerField(default=0)
    """The number of the last step: five minutes each, since 1970."""
    leaves_a_step = models.IntegerField(default=0)
    chosen_on = models.DateField(null=True)
    recorded_before = models.BigIntegerField(default=0)
    """How many entries there were when the pace was chosen."""
    quiet_days = models.SmallIntegerField(default=0)
    """For how many days in a row a slower pace would have been enough."""
    restored_as = models.CharField(max_length=120, db_default="", default="", blank=True)
    """What stands behind the name of the log since a backup was brought back; else empty."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(one=1), name="public_log_has_one_pace"),
        ]

    def __str__(self) -> str:
        return f"{self.size} at step {self.step}"
