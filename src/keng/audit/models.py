"""Audit chains: many short chains, each entry bound to the one before it."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row


class Chain(models.Model):
    """The head of one chain. Its row is locked last, just before commit."""

    name = models.CharField(max_length=80, primary_key=True)
    last_seq = models.BigIntegerField(default=0, db_default=0)
    last_hash = models.BinaryField(max_length=32, default=b"", db_default=b"")

    def __str__(self) -> str:
        return self.name


class Entry(Row):
    """One thing done or looked at. Actor and object are a kind and an id: audit knows no area."""

    chain = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=30, default="", db_default="")
    object_id = models.CharField(max_length=80, default="", db_default="")
    detail = models.JSONField(default=dict, db_default={})
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_chain_has_no_gap_twice"),
        ]
        indexes = [
            # The auditor's page: everything done to one object.
            models.Index(fields=["object_kind", "object_id"], name="audit_by_object"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            # When something was done that only the record knows: an objection, a signature.
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            # Which acts and which officers occur in a chain, from one to the next.
            models.Index(fields=["chain", "action"], name="audit_actions_of_chain"),
            models.Index(
                fields=["chain", "actor_id"],
                condition=models.Q(actor_kind="officer"),
                name="audit_officers_of_chain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"


class SignedHead(Row):
    """A head exported on a clock and signed, so that a rewritten chain is found later."""

    chain = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    signed_at = models.DateTimeField(db_default=Now())
    signature = models.BinaryField(max_length=64)

    class Meta:
        indexes = [
            # How far a chain is signed: asked of every chain each hour.
            models.Index(fields=["chain", "-seq"], name="audit_head_of_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq}"


def kind_and_id(thing: object) -> tuple[str, str]:
    """Kind and id of an actor or object: a model instance, a string such as "worker", or None."""
    if thing is None:
        return "", ""
    if isinstance(thing, str):
        return "process", thing
    if isinstance(thing, models.Model):
        key = thing.pk
        return type(thing).__name__.lower(), str(key)
    message = f"cannot refer to {type(thing).__name__}"
    raise TypeError(message)
