"""Somebody who is listed objects, without an account; the answer is read with a code."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HEARING_OBJECTIONS
from keng.kit.models import Row
from keng.kit.viewing_copies import NoCopy
from keng.lookup.models.listing import Listing
from keng.releases.hands import none_of_the_hands

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Reads of disputes."""

    def visible_to(self, officer: "Officer") -> "DisputeQuerySet":
        """Disputes that the officer's units answer; an auditor reads them, too. No post, none."""
        return self.filter(unit__in=HEARING_OBJECTIONS.units(officer))

    def open(self) -> "DisputeQuerySet":
        """Those nobody has decided yet."""
        return self.filter(decided_at__isnull=True)


class Dispute(Row):
    """An objection to a listing. It names nobody; whoever holds the code reads the answer."""

    class Reason(models.TextChoices):
        MISTAKE = "mistake", _("It was never used in a scam")
        RECYCLED = "recycled", _("I have had it only since then")
        SPOOFED = "spoofed", _("Somebody fakes my number")
        OTHER = "other", _("Another reason")

    class Outcome(models.TextChoices):
        REMOVED = "removed", _("Taken off the list: listed by mistake")
        RECYCLED = "recycled", _("Taken off the list: the number has a new holder")
        SPOOFED = "spoofed", _("Taken off the list: the number was faked by others")
        REJECTED = "rejected", _("It stays on the list")

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="disputes")
    # Who answers: the unit that listed it; for a block list the one that runs the site.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # The keyed hash of the code; the code itself is stored nowhere.
    code_hash = models.BinaryField(max_length=32, unique=True)
    reason = models.CharField(max_length=8, choices=Reason)
    text = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField()
    # Who made and who checked the listing, copied so that the database can keep them apart from
    # who decides.
    listed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    checked_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # Everybody with a hand in it, for the same reason; none for what came before this column.
    hands = ArrayField(models.UUIDField(), null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default="", db_default="", blank=True)
    answer = models.TextField(default="", db_default="")
    decided_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (Q(listed_by__isnull=True) | ~Q(decided_by=F("listed_by")))
                & (Q(checked_by__isnull=True) | ~Q(decided_by=F("checked_by"))),
                name="dispute_is_decided_by_somebody_who_did_not_list",
            ),
            models.CheckConstraint(
                condition=none_of_the_hands("decided_by"),
                name="dispute_is_decided_by_nobody_with_a_hand_in_it",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, outcome="", decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(outcome="")
                & ~Q(answer=""),
                name="dispute_is_decided_with_an_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(decided_at__isnull=True), name="dispute_open"
            ),
        ]

    def __str__(self) -> str:
        return f"dispute of {self.listing_id}"


class DisputeFile(Row):
    """A picture that somebody who objects shows: the copy without place and device, and no other.

    The file lies in a box of the site below the data folder (keng.files.store). Until the worker
    has made it there is none; what was sent waits for minutes and is never kept.
    """

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="files")
    # No defaults of the database: the public site adds rows and may not read these back.
    viewing_path = models.CharField(max_length=200, default="")
    # Why there is no copy; empty when there is one.
    no_copy = models.CharField(max_length=10, choices=NoCopy, blank=True, default="")
    # Of the copy; 0 as long as there is none.
    size = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"file of {self.dispute_id}"
