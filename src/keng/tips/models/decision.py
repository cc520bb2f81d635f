"""Decisions and the clocks that run until they are taken."""

import datetime

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row
from keng.tips.models.tip import Tip


class Decision(Row):
    """One dated, signed step on a tip, with its reason. The tip's state is what these make it."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("Taken on")
        DUPLICATE = "duplicate", _("Joined to an incident")
        ROUTED = "routed", _("Passed to another unit")
        SORTED = "sorted", _("Sorted")
        RATED = "rated", _("Value rated")
        REPLIED = "replied", _("Reporter answered")
        OUTCOME = "outcome", _("Outcome recorded")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        DECLINED = "declined", _("Not a tip, answered")
        SEPARATED = "separated", _("Taken out of the incident")
        SET_ASIDE = "set_aside", _("Set aside")
        SUSPENDED = "suspended", _("Suspended")
        RESUMED = "resumed", _("Taken up again")
        NARROWED = "narrowed", _("Made a matter for named officers")
        WIDENED = "widened", _("Opened to the whole desk")
        RECUSED = "recused", _("An officer has no part in it")
        REJOINED = "rejoined", _("An officer has a part in it again")
        BROKEN_IN = "broken_in", _("Opened in an emergency")
        HOLD_ASKED = "hold_asked", _("A legal hold asked for")
        HELD = "held", _("Under legal hold")
        HOLD_REFUSED = "hold_no", _("Legal hold, or its end, refused")
        END_ASKED = "unhold_ask", _("The end of the legal hold asked for")
        HOLD_ENDED = "unheld", _("Legal hold ended")
        HAND_OVER = "hand_over", _("Hand-over file made")
        TRANSFER_ASKED = "xfer_asked", _("Transfer to another province asked for")
        TRANSFER_DROPPED = "xfer_no", _("Not transferred to another province")
        TRANSFERRED = "xfer_sent", _("Transferred to another province")
        TRANSFER_FILE = "xfer_file", _("File for the other province made")
        TRANSFER_NEWS = "xfer_news", _("File of the other province taken in")
        TRANSFER_TAKEN_IN = "xfer_in", _("Taken over from another province")
        TRANSFER_RETURNED = "xfer_back", _("Given back to the other province")

    class DeclinedAs(models.TextChoices):
        """Why something is not handled as a tip (`detail["as_kind"]`)."""

        PROCEDURE = "procedure", _("Question of procedure")
        CIVIL = "civil", _("Civil dispute")
        OFFICIAL = "official", _("Complaint about officers")
        MUNICIPAL = "municipal", _("Lights, rubbish, roads")
        SPAM = "spam", _("Spam")
        OUT_OF_SCOPE = "out_of_scope", _("Out of scope")
        NOT_CHECKABLE = "not_checkable", _("Not enough to check")

    class Ground(models.TextChoices):
        """What may suspend a tip: nothing but waiting for what others have to bring."""

        EXAMINATION = "examination", _("An expert’s finding or valuation is awaited")
        DOCUMENTS = "documents", _("Documents or objects from another body are awaited")
        FORCE = "force", _("A disaster or an epidemic keeps it from going on")

    class HandedFor(models.TextChoices):
        """What the file of a tip is made for (`detail["handed_for"]`)."""

        CRIME = "crime", _("A crime is to be investigated by the body in charge of it")
        REQUEST = "request", _("An investigating body, a prosecutor or a court asked in writing")
        UNIT = "unit", _("Another police unit takes the matter on")

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    reason = models.TextField(default="", db_default="")
    detail = models.JSONField(default=dict, db_default={})
    at = models.DateTimeField(db_default=Now())
    # Of an ending, right after it: what opens its box (models.pending_ending). Never stored.
    secret: str = ""

    class Meta:
        indexes = [
            models.Index(fields=["tip", "id"], name="decision_in_order"),
            # What was closed, reopened or rated in a span: reports ask it of every tip at once.
            models.Index(fields=["kind", "at"], name="decision_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tip_id}"


class ClockRule(Row):
    """A deadline's rule, versioned, with its basis. House rules are shown as such."""

    code = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    limit = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=12)
    is_house_rule = models.BooleanField(default=True, db_default=True)
    basis = models.CharField(max_length=200, default="", db_default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="clock_rule_version"),
        ]

    def __str__(self) -> str:
        return self.code

    def holds_on(self, day: datetime.date) -> bool:
        """Whether this version is in force on a day; of several, the one that began last is."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


class Clock(Row):
    """A running deadline of one tip. Hour clocks never pause."""

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="clocks")
    rule_code = models.CharField(max_length=30)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tip", "rule_code", "starts_at"], name="clock_starts_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(stopped_at__isnull=True), name="clock_running"
            ),
            # The nearest of a tip, which each row of a list names.
            models.Index(
                fields=["tip", "due_at"],
                include=["rule_code"],
                condition=models.Q(stopped_at__isnull=True),
                name="clock_running_of_tip",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code} until {self.due_at}"


class ReferenceCounter(Row):
    """The last short reference of a unit and year. Not the register: it may have gaps."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="one_reference_counter"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.year}"
