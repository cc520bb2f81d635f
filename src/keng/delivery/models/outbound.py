"""Dispatches, their texts, and one delivery per recipient with every outcome on record."""

import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.delivery.priorities import REPLACES_A_TEXT
from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# Some have to be asked for by a token that they made, which is longer than an id.
LONGEST_PROVIDER_ID = 400
# Rows that take no turns: calls, answers, and what goes to one person.
NOBODYS_TURN = uuid.UUID(int=0)
# Of a dispatch that carries no warning, but thanks to groups; the database asks for it by this.
THANKS_SOURCE = "thanks"
# What a subscriber gets once a week (keng.warnings.actions.sending_digests).
DIGEST_SOURCE = "digest"


class Approval(Row):
    """Leave to send exactly this text to exactly this audience, given by one officer."""

    # Of a version its digest, over text and audience; of a recall, which has none, SHA-256 of its
    # texts alone.
    text_hash = models.BinaryField(max_length=32)
    audience_hash = models.BinaryField(max_length=32)
    approved_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # How many people who subscribe the approver saw: groups are approved one by one, people as a
    # number.
    people = models.PositiveIntegerField(default=0, db_default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("author")),
                name="approver_is_not_the_author",
            ),
        ]

    def __str__(self) -> str:
        return f"approval {self.id}"


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    """Reads of dispatches on the desk."""

    def visible_to(self, officer: "Officer") -> "DispatchQuerySet":
        """What the officer's units sent to many. No post means none.

        Answers to reporters are not here: they belong to a tip and are seen through it alone.
        """
        return self.filter(unit_id__in=officer.unit_ids, kind__in=Dispatch.TO_MANY)

    def without_rows(self) -> "DispatchQuerySet":
        """Those to many that have no rows yet: the worker has to make them, or they are held."""
        return self.filter(
            materialised_at__isnull=True, cancelled_at__isnull=True, audience__isnull=False
        )

    def to_materialise(self) -> "DispatchQuerySet":
        """Those whose rows the worker has to make."""
        return self.without_rows().filter(held_at__isnull=True)

    def held(self) -> "DispatchQuerySet":
        """Those that wait for a person, since more people would get them than were approved."""
        return self.filter(held_at__isnull=False, cancelled_at__isnull=True)


class Dispatch(Row):
    """One text on its way to one audience. It knows text and audience, never a Warning.

    What goes to many is written down by the act that approved it, and has no rows yet: the worker
    makes them (`actions.materialising`).
    """

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "ack", _("Acknowledgement")
        REPLY = "reply", _("Reply")
        WARNING = "warning", _("Warning")
        CORRECTION = "correction", _("Correction")
        RECALL = "recall", _("Recall")
        NOTICE = "notice", _("Notice")
        PAGE = "page", _("Call to officers")

    TO_MANY = ("warning", "correction", "recall")

    kind = models.CharField(max_length=10, choices=Kind)
    is_urgent = models.BooleanField()
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    # What it carries: "warning_version", "tip"; a plain reference, since those lie above.
    source_kind = models.CharField(max_length=20, default="", db_default="")
    source_ref = models.UUIDField(null=True, db_index=True)
    # When a text is worth nothing any more; of what goes to many.
    expires_at = models.DateTimeField(null=True)
    # When its rows were made: whoever has none by then gets nothing.
    materialised_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    # Of a correction or a recall: the moment at which what it replaces was called off for it.
    earlier_ended_at = models.DateTimeField(null=True)
    # Held: so many people would get it, and so many more than were approved that a person decides.
    held_at = models.DateTimeField(null=True)
    held_people = models.PositiveIntegerField(null=True)
    # The number that somebody has let go since.
    let_go_people = models.PositiveIntegerField(null=True)
    # Approved groups that got no row: gone, moved, or full for this week by the time of the rows.
    left_out = ArrayField(models.UUIDField(), default=list, db_default=[])
    # When an officer last asked to send it again to whoever was missed, and when that was done.
    resend_asked_at = models.DateTimeField(null=True)
    resent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = DispatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approval__isnull=False)
                | ~models.Q(kind__in=["warning", "correction", "recall"]),
                name="nothing_is_broadcast_without_an_approval",
            ),
            models.CheckConstraint(
                condition=models.Q(held_at__isnull=True) | models.Q(materialised_at__isnull=True),
                name="held_dispatch_has_no_rows",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(materialised_at__isnull=True, cancelled_at__isnull=True),
                name="dispatch_to_materialise",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_held(self) -> bool:
        """Whether it waits for a person who lets it go or stops it."""
        return self.held_at is not None and self.cancelled_at is None

    @property
    def is_being_resent(self) -> bool:
        """Whether an officer asked to send it again, and the worker has not done so yet."""
        asked, done = self.resend_asked_at, self.resent_at
        return asked is not None and (done is None or done < asked)

    @property
    def carries_thanks(self) -> bool:
        """Whether it is no warning, but tells groups what reports led to."""
        return self.source_kind == THANKS_SOURCE

    @property
    def replaces_a_text(self) -> bool:
        """Whether it goes to whoever got something before, and says that this was wrong."""
        return self.kind in REPLACES_A_TEXT

    @property
    def is_being_prepared(self) -> bool:
        """Whether its rows are still to be made: what is counted of it now says nothing."""
        return self.materialised_at is None and self.cancelled_at is None and not self.is_held


class DispatchAudience(models.Model):
    """The definition by which a dispatch to many gets its rows, as it was approved.

    A table of its own: with thousands of groups it is larger than everything else of a dispatch.
    """

    dispatch = models.OneToOneField(
        Dispatch, models.CASCADE, primary_key=True, related_name="audience"
    )
    # keng.delivery.audience writes and reads it.
    definition = models.JSONField()

    def __str__(self) -> str:
        return f"audience of {self.dispatch_id}"


class DispatchText(Row):
    """What is sent, once per language and variant; deliveries point at it."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=200, default="", db_default="")
    text = models.TextField()
    # In few words, for channels that charge by length; empty where nobody wrote it.
    short = models.TextField(default="", db_default="")
    # Path of the picture below the data folder, empty when there is none.
    image_path = models.CharField(max_length=200, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.language} text of {self.dispatch_id}"


class Delivery(Row):
    """One recipient's row. Unique per dispatch, recipient and part; every outcome is recorded."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        LEASED = "leased", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        UNKNOWN = "unknown", _("Not known")
        NOT_NOW = "not_now", _("Not now")
        GONE = "gone", _("Address gone")
        REJECTED = "rejected", _("Refused")
        RELAYED = "relayed", _("Passed on by hand")
        CANCELLED = "cancelled", _("Cancelled")

    class RecipientKind(models.TextChoices):
        GROUP = "group", _("Group")
        SUBSCRIPTION = "subscription", _("Subscriber")
        CONVERSATION = "conversation", _("Reporter")
        PAGER = "pager", _("An officer's pager")
        ROOM = "room", _("Emergency room")
        # No row names them.
        ASKER = "asker", _("Who looked something up")
        # That there is something to pass on, where the lead agreed to be told.
        LEAD = "lead", _("Lead")

    # Where they are written to, and what was sealed for them, goes with the end of the row.
    PERSON_ALONE = ("conversation", "asker", "lead")

    dispatch = models.ForeignKey(
        Dispatch, models.CASCADE, related_name="deliveries", db_index=False
    )
    # Null for groups that are reached by hand.
    account = models.ForeignKey(
        "delivery.ChannelAccount", models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=16)
    recipient_kind = models.CharField(max_length=12, choices=RecipientKind)
    recipient_ref = models.UUIDField()
    # Which of several answers to one asker. A text split for its length is one row all the same.
    part = models.PositiveSmallIntegerField(default=1, db_default=1)
    text = models.ForeignKey(
        DispatchText, models.PROTECT, null=True, related_name="+", db_index=False
    )
    # A text meant for one person alone (a one-time link), sealed to the sender.
    text_sealed = models.BinaryField(null=True)
    # Addresses of groups are no secret; those of persons are sealed to the sender. Once the row of
    # a reporter is settled it has neither: nobody learns from it whom to ask, or a receipt code.
    address = models.CharField(max_length=160, default="", db_default="")
    address_sealed = models.BinaryField(null=True)
    # Of keng.delivery.priorities: lower goes first.
    priority = models.PositiveSmallIntegerField(default=9, db_default=9)
    # Of what goes to many the unit that sends it: units take turns on an account they share.
    unit_ref = models.UUIDField(default=NOBODYS_TURN, db_default=NOBODYS_TURN)
    is_urgent = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=10, choices=State, default="queued", db_default="queued")
    not_before = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    leased_by = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What the provider calls it; of what waits, what has begun there.
    provider_id = models.CharField(max_length=LONGEST_PROVIDER_ID, default="", db_default="")
    code = models.CharField(max_length=40, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    # When another account took it in place of one that did not: by itself that happens once.
    other_account_at = models.DateTimeField(null=True)
    # Taken back. A row that a sender held at that moment may still arrive, but is not tried again.
    called_off_at = models.DateTimeField(null=True)
    # Of a correction or a recall, where posts can be changed: the row whose post this one changes.
    earlier_ref = models.UUIDField(null=True)
    # Whether that post is deleted: the desk chose so, and it was approved.
    deletes_post = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(called_off_at__isnull=True)
                | ~models.Q(state__in=["queued", "not_now"]),
                name="called_off_row_waits_no_more",
            ),
            models.CheckConstraint(
                condition=~models.Q(recipient_kind__in=["conversation", "asker", "lead"])
                | models.Q(state__in=["queued", "leased", "not_now"])
                | models.Q(address_sealed__isnull=True, text_sealed__isnull=True),
                name="settled_row_forgets_the_person",
            ),
            models.UniqueConstraint(
                fields=["dispatch", "recipient_ref", "part"],
                name="recipient_gets_each_part_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="leased", leased_until__isnull=False)
                | ~models.Q(state="leased"),
                name="lease_has_an_end",
            ),
        ]
        indexes = [
            # The sender's claim: an account's urgent rows first, then of each unit the oldest.
            models.Index(
                fields=["account", "priority", "unit_ref", "id"],
                condition=models.Q(state="queued"),
                name="delivery_to_send",
            ),
            # What was put off and falls due again.
            models.Index(
                fields=["not_before"],
                condition=models.Q(state="not_now"),
                name="delivery_put_off",
            ),
            # What has a time after which it is worth nothing.
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="queued", expires_at__isnull=False),
                name="delivery_expiring",
            ),
            # The sweep of leases left by a crash.
            models.Index(
                fields=["leased_until"], condition=models.Q(state="leased"), name="delivery_leased"
            ),
            # A receipt from the provider finds its row.
            models.Index(
                fields=["provider_id"],
                condition=~models.Q(provider_id=""),
                name="delivery_by_provider_id",
            ),
            # What was sent to a reporter, until its receipts can come no longer.
            models.Index(
                fields=["settled_at"],
                condition=models.Q(recipient_kind="conversation") & ~models.Q(provider_id=""),
                name="delivery_known_to_provider",
            ),
            models.Index(fields=["recipient_ref", "-id"], name="delivery_by_recipient"),
            # What arrived at a subscriber and has the address still, to be emptied in time.
            models.Index(
                fields=["settled_at"],
                condition=models.Q(
                    recipient_kind="subscription",
                    state__in=["sent", "delivered", "read"],
                    address_sealed__isnull=False,
                ),
                name="delivery_still_addressed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state} {self.id}"


class Attempt(models.Model):
    """One try, never changed: no address, no text, only how it ended. Gone after a year."""

    id = models.BigAutoField(primary_key=True)
    delivery_ref = models.UUIDField(db_index=True)
    at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=14)
    code = models.CharField(max_length=40, default="", db_default="")
    http_status = models.SmallIntegerField(null=True)
    milliseconds = models.IntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.outcome} {self.code}"
