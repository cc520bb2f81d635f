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

    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
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
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.officer_id}"


class PagerTestQuerySet(models.QuerySet["PagerTest"]):
    """Reads of tests."""

    def visible_to(self, officer: "Officer") -> "PagerTestQuerySet":
        """An officer's own; what the rota shows of others is read with their shift."""
        return self.filter(officer=officer)


class PagerTest(Row):
    """The officer called their own pager, and said from the call that it rang."""

    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    # The shift it was tried for; without one it says nothing about a night.
    shift = models.ForeignKey("accounts.Shift", models.CASCADE, null=True, related_name="+")
    dispatch = models.ForeignKey("delivery.Dispatch", models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)

    objects = PagerTestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"test of {self.officer_id}"
