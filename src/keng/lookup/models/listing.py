"""What the public may look up: an indicator with its grade, its month and its last day."""

import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.models import Row
from keng.lookup.models.indicator import Indicator
from keng.releases.models import Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class BlockList(Row):
    """A list of somebody else's that the operator brought in; shown as "listed by NAME"."""

    name = models.CharField(max_length=80, unique=True)
    licence = models.CharField(max_length=200, default="", db_default="")
    origin = models.CharField(max_length=300, default="", db_default="")
    imported_at = models.DateTimeField(db_default=Now())
    expires_on = models.DateField()

    def __str__(self) -> str:
        return self.name


class ListingQuerySet(ReleasableQuerySet["Listing"]):
    """Reads of listings."""

    def visible_to(self, officer: "Officer") -> "ListingQuerySet":
        """Listings of the officer's units, proposals included. No post means none.

        Which tips stand behind one is another question: each officer sees those tips that
        they may see anyway, and no count of the others.
        """
        return self.filter(unit_id__in=officer.unit_ids)

    def public(self, today: datetime.date | None = None) -> "ListingQuerySet":
        """What a look-up answers with: listed, and not past its last day."""
        day = today or times.local_date(times.now())
        return self.filter(status=Listing.Status.LISTED, expires_on__gte=day)

    def taken_off(self) -> "ListingQuerySet":
        """What stood in the list and should not, or no longer: a look-up says so."""
        ends = [Listing.End.MISTAKE, Listing.End.RECYCLED, Listing.End.SPOOFED]
        was_public = Q(released_at__isnull=False) | Q(grade=Listing.Grade.IMPORTED)
        return self.filter(was_public, status=Listing.Status.ENDED, end_reason__in=ends)


class Listing(Releasable, Row):
    """An indicator that the public look-up answers with.

    The contract. `lookup_hash` is SHA-256 of "type:key" (lookup.keys) and is set when the row is
    made. A look-up reads `public()` rows by that hash and nothing else; apps that ask by a prefix
    get CONFIRMED ones only. A row says that the number *was used* in a scam, in which month, and
    by whom that is said: never how many said so, never a case, never a person. Accounts are there
    only when confirmed; plates and personal pages never are. Nothing about a listing says "safe".
    A desk's listing is proposed by one officer and made public by another one, who answers whether
    it would warn a suspect or expose a reporter. Imported rows name their block list instead.
    What a unit proposes again before it was public carries the hands of the earlier proposals.
    It ends with a reason or by its day, and the row stays: what a dispute took off is in
    `taken_off()`, and no import brings it back.
    """

    class Grade(models.TextChoices):
        REPORTED = "reported", _("Reported by several people")
        CONFIRMED = "confirmed", _("Confirmed")
        IMPORTED = "imported", _("Listed by another source")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for a second person")
        LISTED = "listed", _("Public")
        ENDED = "ended", _("Ended")

    class End(models.TextChoices):
        REFUSED = "refused", _("Refused by the second person")
        EXPIRED = "expired", _("Its last day has passed")
        REPLACED = "replaced", _("Replaced by a newer one")
        MISTAKE = "mistake", _("Listed by mistake")
        RECYCLED = "recycled", _("The number has a new holder")
        SPOOFED = "spoofed", _("The number was faked, its holder is a victim too")
        NO_LONGER = "no_longer", _("No longer used")

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="listings")
    lookup_hash = models.BinaryField(max_length=32)
    # The unit in whose name it stands; none for a block list.
    unit = models.ForeignKey("places.Unit", models.PROTECT, null=True, related_name="+")
    block_list = models.ForeignKey(BlockList, models.PROTECT, null=True, related_name="listings")
    grade = models.CharField(max_length=9, choices=Grade)
    status = models.CharField(
        max_length=8, choices=Status, default=Status.PROPOSED, db_default="proposed"
    )
    # Code of language/taxonomy.csv; empty for a block list that does not say.
    category = models.CharField(max_length=30, default="", db_default="")
    # The first day of the month in which it was used; no day is ever kept.
    used_in = models.DateField(null=True)
    # How it was verified, in the proposer's words: for the second person, never public.
    basis = models.TextField(default="", db_default="")
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    # The second person answered that it warns no suspect and exposes no reporter.
    is_harmless = models.BooleanField(default=False, db_default=False)
    expires_on = models.DateField()
    end_reason = models.CharField(max_length=9, choices=End, default="", db_default="", blank=True)
    end_note = models.TextField(default="", db_default="")
    ended_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = ListingQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(unit__isnull=False, made_by__isnull=False, block_list__isnull=True)
                & ~Q(grade="imported")
                | Q(unit__isnull=True, made_by__isnull=True, block_list__isnull=False)
                & Q(grade="imported"),
                name="listing_is_of_a_desk_or_of_a_block_list",
            ),
            models.CheckConstraint(
                condition=~Q(status="listed")
                | Q(grade="imported")
                | Q(released_by__isnull=False, released_at__isnull=False, is_harmless=True),
                name="listing_is_public_only_after_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(used_in__isnull=True) | Q(used_in__day=1),
                name="listing_keeps_a_month_and_no_day",
            ),
            models.CheckConstraint(
                condition=Q(status="ended", ended_at__isnull=False) & ~Q(end_reason="")
                | ~Q(status="ended") & Q(ended_at__isnull=True, end_reason=""),
                name="listing_ends_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["lookup_hash"],
                condition=Q(status="listed", block_list__isnull=True),
                name="listing_of_a_desk_is_public_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "lookup_hash"],
                condition=Q(status="proposed"),
                name="listing_is_proposed_once_by_a_unit",
            ),
            models.UniqueConstraint(
                fields=["block_list", "lookup_hash"],
                condition=Q(status="listed", block_list__isnull=False),
                name="listing_stands_once_in_a_block_list",
            ),
        ]
        indexes = [
            # A look-up, and a range of it by prefix.
            models.Index(
                fields=["lookup_hash"],
                condition=Q(status="listed"),
                include=["grade", "expires_on"],
                name="listing_looked_up",
            ),
            # What was taken back, so that a look-up can say so.
            models.Index(
                fields=["lookup_hash"], condition=Q(status="ended"), name="listing_taken_back"
            ),
            # The desk's list, and what the worker ends by its day.
            models.Index(
                fields=["unit", "-id"], condition=Q(unit__isnull=False), name="listing_of_unit"
            ),
            models.Index(
                fields=["expires_on"], condition=~Q(status="ended"), name="listing_by_last_day"
            ),
        ]

    @property
    def is_taken_back(self) -> bool:
        """A proposal that its own side took back before it was public."""
        return self.end_reason == self.End.NO_LONGER and self.released_by_id is None

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.grade} {self.status}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        """With how it was verified: that the second person answers for as well."""
        return {
            "type": self.indicator.type,
            "value": self.indicator.value,
            "grade": self.grade,
            "category": self.category,
            "used_in": self.used_in and self.used_in.isoformat(),
            "basis": self.basis,
            "expires_on": self.expires_on.isoformat(),
        }
