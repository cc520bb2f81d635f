"""How an officer can be called away from the desk, and whether it was tried."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.channels.email import Email
from keng.channels.sms import Sms
from keng.channels.voice import Voice
from keng.channels.web_push import WebPush
from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class PagerWayQuerySet(models.QuerySet["PagerWay"]):
    """Reads of pagers."""

    def visible_to(self, officer: "Officer") -> "PagerWayQuerySet":
        """An officer's own and nobody else's."""
        return self.filter(officer=officer)

    def working(self) -> "PagerWayQuerySet":
        """Switched on, not known to be dead, and of somebody whose account is open."""
        return self.filter(is_on=True, gone_at__isnull=True, officer__is_active=True)


class PagerWay(Row):
    """One way to call an officer: a letter, a push to a device of theirs, or their telephone."""

    class Kind(models.TextChoices):
        EMAIL = Email.code, _("E-mail")
        PUSH = WebPush.code, _("This device")
        SMS = Sms.code, _("Text message")
        VOICE = Voice.code, _("Telephone call")
        # With whichever of our accounts the officer wrote to: `account` says which.
        CHAT = "chat", _("Chat with our account")

    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    # Of a chat alone: the provider knows this person by this address at this account only.
    account = models.ForeignKey(
        "delivery.ChannelAccount", models.PROTECT, null=True, related_name="+"
    )
    # Of a chat alone: by it the edge knows that an answer comes from here.
    chat_hash = models.BinaryField(max_length=32, null=True)
    address_sealed = models.BinaryField()
    # So that the same address is not kept twice.
    address_hash = models.BinaryField(max_length=32)
    # What the officer recognises it by: "l…@congan.example", "Chrome, Android".
    hint = models.CharField(max_length=80)
    is_on = models.BooleanField(default=True, db_default=True)
    added_at = models.DateTimeField(db_default=Now())
    gone_at = models.DateTimeField(null=True)

    objects = PagerWayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "address_hash"], name="pager_is_kept_once"),
            models.CheckConstraint(
                condition=models.Q(kind="chat", account__isnull=False, chat_hash__isnull=False)
                | ~models.Q(kind="chat"),
                name="chat_pager_has_its_account",
            ),
        ]
        indexes = [
            models.Index(
                fields=["chat_hash"],
                condition=models.Q(chat_hash__isnull=False),
                name="pager_by_chat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.officer_id}"


class PagerTestQuerySet(models.QuerySet["PagerTest"]):
    """Reads of tests."""

    def visible_to(self, officer: "Officer") -> "PagerTestQuerySet":
        """An officer's own; what the rota shows of others is read with their shift."""
        return self.filter(officer=officer)


class PagerTest(Row):
    """An officer's pagers were called to see whether they ring, by the officer or for a shift."""

    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    # The shift it was tried for; without one it says nothing about a night.
    shift = models.ForeignKey("accounts.Shift", models.CASCADE, null=True, related_name="+")
    dispatch = models.ForeignKey("delivery.Dispatch", models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    # When the first of its pagers was heard.
    confirmed_at = models.DateTimeField(null=True)
    # The worker made it when the shift began.
    is_of_shift = models.BooleanField(default=False, db_default=False)
    # When officer and commanders were told what was not heard, or there was nothing to tell.
    unheard_told_at = models.DateTimeField(null=True)

    objects = PagerTestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift"],
                condition=models.Q(is_of_shift=True),
                name="shift_is_tested_once",
            ),
        ]

    def __str__(self) -> str:
        return f"test of {self.officer_id}"


class PagerTestWay(Row):
    """One pager that a test called, and whether it was heard."""

    test = models.ForeignKey(PagerTest, models.CASCADE, related_name="ways")
    way = models.ForeignKey(PagerWay, models.CASCADE, related_name="+")
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["test", "way"], name="test_calls_each_pager_once"),
        ]

    def __str__(self) -> str:
        return f"{self.way_id} in {self.test_id}"


class ChatPagerCode(Row):
    """A code that an officer sends from their phone, so that we know their chat; gone soon.

    The edge adds who sent it, the worker makes the pager and deletes the row.
    """

    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    code_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    account = models.ForeignKey(
        "delivery.ChannelAccount", models.PROTECT, null=True, related_name="+"
    )
    address_sealed = models.BinaryField(null=True)
    chat_hash = models.BinaryField(max_length=32, null=True)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"code of {self.officer_id}"


class PagerAnswer(Row):
    """What an officer answered from their phone; gone once it was settled.

    They pressed the key in a call, answered in the chat, or tapped the link of a text message.
    """

    # Of a call and a link the delivery that made it, of a chat the pager.
    delivery_ref = models.UUIDField(null=True)
    way = models.ForeignKey(PagerWay, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    # By the link: they take the tip on, and are not just coming.
    takes_tip = models.BooleanField(default=False, db_default=False)
    # The link could not: kept as long as it is good, so that its page does not offer it again.
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery_ref"],
                condition=models.Q(takes_tip=True),
                name="call_waits_to_be_taken_once",
            ),
            models.CheckConstraint(
                condition=models.Q(takes_tip=False) | models.Q(delivery_ref__isnull=False),
                name="link_is_of_a_call",
            ),
            models.CheckConstraint(
                condition=models.Q(delivery_ref__isnull=False, way__isnull=True)
                | models.Q(delivery_ref__isnull=True, way__isnull=False),
                name="answer_is_of_a_call_or_a_chat",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.id}"
