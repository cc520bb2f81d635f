"""Relay by hand: what a lead was asked to pass on, and what they say came of it."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# Reasons that close a task; "later" only moves the reminder. Older rows say "no_more".
CLOSING_REASONS = ("not_mine", "never_posted", "no_more")


class RelayTaskQuerySet(models.QuerySet["RelayTask"]):
    """Reads of relay tasks on the desk."""

    def visible_to(self, officer: "Officer") -> "RelayTaskQuerySet":
        """Tasks of leads of the officer's units, whoever sent the warning. No post means none."""
        return self.filter(lead__unit_id__in=officer.unit_ids)


class RelayTask(Row):
    """One lead, one dispatch: text, picture and a button "I have passed it on"."""

    class Via(models.TextChoices):
        ZALO = "zalo", _("In the Zalo group")
        CONTACT_BOOK = "contact_book", _("In the school's contact book")
        LOUDSPEAKER = "loudspeaker", _("By loudspeaker")
        BOARD = "board", _("On the notice board")
        FACEBOOK = "facebook", _("On a Facebook page")
        OTHER = "other", _("Another way")

    dispatch = models.ForeignKey("delivery.Dispatch", models.CASCADE, related_name="relay_tasks")
    lead = models.ForeignKey("network.Lead", models.CASCADE, related_name="+")
    # The group it should reach; null for a lead who only passes on to leads below.
    group = models.ForeignKey("network.Group", models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    handed_out_at = models.DateTimeField(null=True)
    handed_out_by = models.ForeignKey(
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )
    # The desk asked once more, in the lead's own chat.
    reminded_at = models.DateTimeField(null=True)
    reminded_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    via = models.CharField(max_length=14, choices=Via, default="", db_default="", blank=True)
    reached_count = models.PositiveIntegerField(null=True, blank=True)
    # Houses of the group whose rooms were told: another thing than posting it to the landlords.
    houses_told = models.PositiveSmallIntegerField(null=True, blank=True)
    cannot_reason = models.CharField(max_length=20, default="", db_default="", blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    # An officer looked into the group and saw it: the second column of coverage.
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = RelayTaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "lead", "group"],
                nulls_distinct=False,
                name="lead_is_asked_once_per_group",
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_at"],
                condition=models.Q(remind_at__isnull=False),
                name="relay_task_to_remind",
            ),
        ]

    def __str__(self) -> str:
        return f"relay by {self.lead_id}"
