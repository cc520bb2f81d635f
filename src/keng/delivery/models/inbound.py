"""What channels delivered: no identity in clear, changed by nothing but retention."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row


class Inbound(Row):
    """One message as it came in. Content is typed and without ids; the raw body is sealed."""

    # Null for the web form, which is nobody's account.
    account = models.ForeignKey(
        "delivery.ChannelAccount", models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=16)
    kind = models.CharField(max_length=12)
    # Only while its tip is open: `tips` forgets it then.
    conversation_hash = models.BinaryField(max_length=32, null=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    text = models.TextField(default="", db_default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    raw_sealed = models.BinaryField(default=b"", db_default=b"")
    # The tip that this message opened or joined; a plain reference, since tips lie above.
    tip_ref = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["tip_ref"],
                condition=models.Q(conversation_hash__isnull=False),
                name="inbound_of_a_known_chat",
            ),
            # Everything that came in for one tip, to be emptied with it.
            models.Index(
                fields=["tip_ref"], condition=models.Q(tip_ref__isnull=False), name="inbound_by_tip"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind} {self.id}"


class DedupeKey(models.Model):
    """The keyed hash of channel, account and provider's message id. Narrow; gone after a year."""

    key = models.BinaryField(max_length=32, primary_key=True)
    # Forgotten soon, and with the end of its tip (`tips`): the key alone knows a repetition.
    inbound_ref = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["at"],
                condition=models.Q(inbound_ref__isnull=False),
                name="dedupe_leads_to_a_message",
            ),
            # What is known long enough to be removed.
            models.Index(
                fields=["at"],
                condition=models.Q(inbound_ref__isnull=True),
                name="dedupe_long_known",
            ),
        ]

    def __str__(self) -> str:
        return self.key.hex()[:12]


class InboundMedia(Row):
    """A file that a message points at, fetched later by the worker through the guard."""

    inbound = models.ForeignKey(Inbound, models.CASCADE, related_name="media")
    kind = models.CharField(max_length=10)
    url_sealed = models.BinaryField()
    fetched_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.kind} of {self.inbound_id}"


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Reads of conversations."""

    def reachable(self) -> "ConversationQuerySet":
        """Those in which an answer can be sent."""
        return self.filter(is_reachable=True)


class Conversation(Row):
    """A correspondent on a channel: the hash finds it, the sealed address lets the sender answer.

    Both are dropped when the tip ends, so that a later message opens a new tip and nobody learns
    who wrote the old one; only the address where the person asked not to be written to.
    """

    account = models.ForeignKey("delivery.ChannelAccount", models.PROTECT, related_name="+")
    key_hash = models.BinaryField(max_length=32, null=True)
    # Empty: nobody is written to here.
    reply_address_sealed = models.BinaryField()
    # Whether it is: the public site, which may not read the other, asks this.
    is_reachable = models.GeneratedField(
        expression=models.ExpressionWrapper(
            ~models.Q(reply_address_sealed=b""), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    tip_ref = models.UUIDField(null=True, db_index=True)
    # How it stands beside the tip: "" or a handler's own word (keng.intake.command_statements).
    mode = models.CharField(max_length=16, default="", db_default="")
    opened_at = models.DateTimeField(db_default=Now())
    last_inbound_at = models.DateTimeField(db_default=Now())

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_hash"], name="conversation_is_open_once"),
        ]
        indexes = [
            # Those whose address may have to go, asked again and again.
            models.Index(
                fields=["tip_ref"],
                condition=models.Q(is_reachable=True),
                name="conversation_to_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.id}"
