"""Accounts at providers, and the sandbox's own inbox."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row


class ChannelAccount(Row):
    """One account at one provider, such as the province's Zalo official account."""

    channel = models.CharField(max_length=16)
    name = models.CharField(max_length=80)
    # Names the account in the webhook's address: /hooks/<channel>/<slug>.
    slug = models.SlugField(max_length=40, unique=True)
    # The desk that first receives what comes in here, and the place it is taken to be about.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    base_url = models.CharField(max_length=200, default="", db_default="", blank=True)
    # Secrets every process that verifies webhooks needs, in a secret box of the site's key.
    secrets_box = models.BinaryField(default=b"", db_default=b"")
    # Access and refresh tokens, sealed so that only the sender can open them.
    tokens_sealed = models.BinaryField(default=b"", db_default=b"")
    tokens_expire_at = models.DateTimeField(null=True, blank=True)
    # When this pair was given or renewed: without another renewal it ends (delivery/account_ends).
    tokens_renewed_at = models.DateTimeField(null=True, blank=True)
    # What the provider says is paid for and until when, and when a sender last asked it.
    package_name = models.CharField(max_length=80, default="", db_default="", blank=True)
    package_ends_on = models.DateField(null=True, blank=True)
    package_asked_at = models.DateTimeField(null=True, blank=True)
    # What the adapter learned and pinned: signature variant, v2 or v3, kind of account.
    learned = models.JSONField(default=dict, db_default={}, blank=True)
    rate_per_minute = models.PositiveIntegerField(default=80, db_default=80)
    # From when the next row may go out, over all senders: a lease and a pause move it on
    # (sender.sql).
    bucket_at = models.DateTimeField(db_default=Now())
    is_active = models.BooleanField(default=True, db_default=True)
    # An outcome "config" opens the circuit: rows wait until an operator mends the set-up.
    circuit_open_since = models.DateTimeField(null=True, blank=True)
    circuit_reason = models.CharField(max_length=200, default="", db_default="", blank=True)
    # When a sender last began to compare the provider's chats with what came in; up to which moment
    # they are known to agree; and when it last fetched what no webhook brought.
    history_asked_at = models.DateTimeField(null=True, blank=True)
    history_known_until = models.DateTimeField(null=True, blank=True)
    history_fetched_at = models.DateTimeField(null=True, blank=True)
    # When a sender last began to list the provider's group chats, and when it had the whole list.
    groups_asked_at = models.DateTimeField(null=True, blank=True)
    groups_listed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class ReturnMailbox(models.Model):
    """How far the mailbox of an e-mail account was read, to which its letters come back.

    Of the letters themselves nothing is kept.
    """

    account = models.OneToOneField(
        ChannelAccount, models.CASCADE, primary_key=True, related_name="return_mailbox"
    )
    # By the mail server's numbers; in another numbering (UIDVALIDITY) they mean other letters.
    numbering = models.BigIntegerField(default=0, db_default=0)
    read_up_to = models.BigIntegerField(default=0, db_default=0)
    read_at = models.DateTimeField(null=True)
    # What is wrong since then, in our words, and when it is tried again.
    fault = models.CharField(max_length=80, default="", db_default="")
    fault_since = models.DateTimeField(null=True)
    again_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"return mailbox of {self.account_id}"


class SandboxMessage(Row):
    """What the sandbox channel delivered: the screen of a simulated phone or group."""

    account = models.ForeignKey(ChannelAccount, models.CASCADE, related_name="+")
    address = models.CharField(max_length=120)
    delivery_ref = models.UUIDField(unique=True)
    text = models.TextField()
    has_image = models.BooleanField(default=False, db_default=False)
    image_path = models.CharField(max_length=200, default="", db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["address", "-id"], name="sandbox_screen")]

    def __str__(self) -> str:
        return f"to {self.address}"
