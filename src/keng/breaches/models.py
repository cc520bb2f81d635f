"""A breach of personal data, what was told to whom about it, and why not, where it was not."""

import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row

# Law 91/2025 art. 23, Decree 356/2025 art. 28: 72 hours from detection. Hours do not pause.
NOTIFY_WITHIN = datetime.timedelta(hours=72)
# Whoever may decide is called once more when a day is left.
CALLED_AGAIN_AFTER = datetime.timedelta(hours=48)


class BreachQuerySet(models.QuerySet["Breach"]):
    """Reads of breaches."""

    def with_clock(self) -> "BreachQuerySet":
        """The authority was not notified, and no second person agreed that it need not be."""
        notified = BreachFiling.objects.filter(breach=models.OuterRef("pk"))
        waived = BreachWaiver.objects.in_force().filter(breach=models.OuterRef("pk"))
        return self.filter(~models.Exists(notified), ~models.Exists(waived), closed_at=None)


class Breach(Row):
    """One incident: when it was detected, what was reached, and how bad it may become."""

    class Kind(models.TextChoices):
        READ = "read", _("Read or taken by somebody who may not")
        LOST = "lost", _("Lost or destroyed")
        CHANGED = "changed", _("Changed by somebody who may not")
        UNAVAILABLE = "unavailable", _("Out of reach for those who need it")

    # The province, over its own desk and those below it.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    # What happened and what was done about it; the forms refuse names and numbers of people.
    words = models.TextField()
    measures = models.TextField(default="", db_default="", blank=True)
    began_at = models.DateTimeField(null=True)
    detected_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    # Codes of data_classes.DATA_CLASSES.
    reached = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    # The answer to each step of harm.HARM_STEPS.
    harm = models.JSONField(default=dict, db_default={})
    assessed_at = models.DateTimeField(null=True)
    assessed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # When its people were called once more, a day before the end of the clock.
    called_again_at = models.DateTimeField(null=True)
    closing_words = models.TextField(default="", db_default="", blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = BreachQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(began_at=None) | models.Q(began_at__lte=models.F("detected_at")),
                name="breach_is_detected_after_it_began",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False)
                & ~models.Q(closing_words=""),
                name="closed_breach_says_what_became_of_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.detected_at:%Y-%m-%d}"

    @property
    def notify_by(self) -> datetime.datetime:
        """Until when the authority has to be notified."""
        return self.detected_at + NOTIFY_WITHIN


class BreachFiling(Row):
    """A notification that went to the authority: the first one, or a supplement to it."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="filings")
    # 1 is the notification, what follows are supplements.
    number = models.PositiveSmallIntegerField()
    # The office's own number of the letter.
    paper_number = models.CharField(max_length=60, default="", db_default="", blank=True)
    # What is new in a supplement; why it was late, where it was.
    words = models.TextField(default="", db_default="", blank=True)
    # What the form said when it went, so that a later change of the record changes no letter.
    form = models.JSONField()
    sent_at = models.DateTimeField()
    filed_at = models.DateTimeField(db_default=Now())
    filed_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breach", "number"], name="one_filing_of_a_number"),
        ]

    def __str__(self) -> str:
        return f"filing {self.number}"


class BreachWaiverQuerySet(models.QuerySet["BreachWaiver"]):
    """Reads of proposals not to notify."""

    def waiting(self) -> "BreachWaiverQuerySet":
        """Neither agreed to nor refused, of a breach that is open and was not notified."""
        notified = BreachFiling.objects.filter(breach=models.OuterRef("breach"))
        undecided = self.filter(agreed_at=None, refused_at=None, breach__closed_at=None)
        return undecided.filter(~models.Exists(notified))

    def in_force(self) -> "BreachWaiverQuerySet":
        """A second person agreed, and the rating that they agreed to is still the last one."""
        return self.filter(agreed_at__isnull=False, refused_at=None)


class BreachWaiver(Row):
    """That the authority is not notified: why, and which two people answer for it."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="waivers")
    reason = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # Refused; or ended, agreed to or not, when the breach was rated anew.
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = BreachWaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | models.Q(agreed_by__isnull=False, agreed_at__isnull=False)
                & ~models.Q(agreed_by=models.F("asked_by")),
                name="breach_waiver_takes_two_people",
            ),
            models.UniqueConstraint(
                fields=["breach"],
                condition=models.Q(refused_at__isnull=True),
                name="one_breach_waiver_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"waiver {self.id}"


class BreachNotice(Row):
    """A neutral notice on the pages of reports: for which, and how far the worker has come."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="notices")
    received_from = models.DateTimeField(null=True)
    received_until = models.DateTimeField()
    asked_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    # The last report that was told, in the order of their ids, and how many were.
    told_up_to = models.UUIDField(null=True)
    told = models.PositiveIntegerField(default=0, db_default=0)
    done_at = models.DateTimeField(null=True)

    # Put there for the page.
    at_most: int

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["breach"],
                condition=models.Q(done_at__isnull=True),
                name="one_breach_notice_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.id}"
