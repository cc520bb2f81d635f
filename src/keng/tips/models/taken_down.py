"""Reports that an officer took down for somebody: by phone, at the counter, from a chat."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row
from keng.tips.models.tip import Tip


class TakenDown(Row):
    """Who took a report down and how it came: what TT 28/2020 art. 5 asks beside the words.

    The words themselves, suspects and witnesses included, are the tip's text, and who the reporter
    is lies in the vault: here is nothing that could name anybody.
    """

    class Manner(models.TextChoices):
        PHONE = "phone", _("A phone call")
        COUNTER = "counter", _("Somebody at the counter")
        CHAT = "chat", _("A chat message that was shown to us")

    class Refusal(models.TextChoices):
        NONE = "", _("Says who they are")
        AFRAID = "afraid", _("Is afraid of revenge")
        NEAR = "near", _("Lives or works with the person it is about")
        NO_WITNESS = "no_witness", _("Does not want to be called as a witness")
        SILENT = "silent", _("Gave no reason")
        OTHER = "other", _("Another reason")

    class Minor(models.TextChoices):
        NO = "", _("18 or older")
        GUARDIAN = "guardian", _("Under 18: a parent or guardian was told")
        WITNESS = "witness", _("Under 18: a witness was present")
        RECORDED = "recorded", _("Under 18: it was recorded")

    tip = models.OneToOneField(Tip, models.CASCADE, related_name="taken_down")
    officer = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    manner = models.CharField(max_length=8, choices=Manner)
    refusal = models.CharField(
        max_length=12, choices=Refusal, default=Refusal.NONE, db_default="", blank=True
    )
    refusal_words = models.CharField(max_length=200, default="", db_default="")
    minor = models.CharField(
        max_length=10, choices=Minor, default=Minor.NO, db_default="", blank=True
    )
    # Of a chat message: how many people of the group had seen it, as the officer was told.
    seen_by = models.PositiveIntegerField(null=True)
    # How many names, numbers and regions of a picture were covered before it was kept.
    covered = models.PositiveSmallIntegerField(default=0, db_default=0)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.manner} {self.tip_id}"
