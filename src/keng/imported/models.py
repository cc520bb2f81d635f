"""Sheets that wait to be taken in, and the rows that came of them.

An imported tip is no `Tip`: it has no clock, no reporter to answer and no place in a list of work.
So nothing rings for it, sends or joins it, by what it is and not by a condition in each query.
"""

import datetime
import uuid
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row
from keng.tips.models import Tip

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# Until then a second person agrees, or the rows of the sheet are destroyed.
AGREED_WITHIN = datetime.timedelta(days=7)
# From then on it is in, or what is not in of it is destroyed.
TAKEN_IN_WITHIN = datetime.timedelta(days=7)

# From when the page of figures counts (reports/figures/periods.py).
EARLIEST = datetime.date(2020, 1, 1)


class ImportKind(models.TextChoices):
    """What a sheet holds."""

    TIPS = "tips", _("Earlier tips")
    WARNINGS = "warnings", _("Earlier warnings")


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Reads of batches."""

    def waiting(self) -> "ImportBatchQuerySet":
        """For a second person."""
        return self.filter(agreed_at=None, ended_at=None)

    def to_take_in(self) -> "ImportBatchQuerySet":
        """Agreed to, and not all of it in."""
        return self.unsettled().filter(agreed_at__isnull=False)

    def unsettled(self) -> "ImportBatchQuerySet":
        """Whose rows are still there."""
        return self.filter(ended_at=None, done_at=None)

    def overdue(self, now: datetime.datetime) -> "ImportBatchQuerySet":
        """Whose time is over: nobody agreed to it, or it could not be taken in since."""
        late = models.Q(agreed_at=None, expires_at__lt=now)
        stuck = models.Q(agreed_at__lt=now - TAKEN_IN_WITHIN)
        return self.unsettled().filter(late | stuck)


class ImportBatch(Row):
    """One sheet: looked at, agreed to by a second person, taken in by the worker."""

    # The province, whose desks the rows are of.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ImportKind)
    # Of the file, so that the record says which one it was.
    sheet_digest = models.BinaryField(max_length=32)
    # Its rows, encrypted with the site's key (imported.box); empty once they are in or refused.
    rows_boxed = models.BinaryField(default=b"", db_default=b"")
    # What would come in, in numbers (imported.dry_run).
    summary = models.JSONField(default=dict, db_default={})
    proposed_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    agreed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    # Refused or withdrawn by one person; by nobody where its time was over.
    ended_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    # How many rows the worker has gone through.
    position = models.PositiveIntegerField(default=0, db_default=0)
    added = models.PositiveIntegerField(default=0, db_default=0)
    # What of its rows came in and what did not, in numbers (imported.taking_in).
    result = models.JSONField(default=dict, db_default={})
    done_at = models.DateTimeField(null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | models.Q(agreed_by__isnull=False, agreed_at__isnull=False)
                & ~models.Q(agreed_by=models.F("proposed_by")),
                name="import_takes_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(done_at__isnull=True),
                name="import_is_done_or_ended",
            ),
            # What was agreed to ends by its time alone.
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True) | models.Q(agreed_at__isnull=True),
                name="agreed_import_is_ended_by_nobody",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, done_at__isnull=True)
                | models.Q(rows_boxed=b""),
                name="settled_import_keeps_no_rows",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "sheet_digest"],
                condition=models.Q(ended_at__isnull=True, done_at__isnull=True),
                name="sheet_waits_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.unit_id}"

    @property
    def has_tips(self) -> bool:
        """Whether its rows are tips; else they are warnings."""
        return self.kind == ImportKind.TIPS

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has not decided yet."""
        return self.agreed_at is None and self.ended_at is None

    @property
    def is_coming_in(self) -> bool:
        """Whether the worker has rows of it to take in."""
        return self.agreed_at is not None and self.done_at is None and self.ended_at is None

    @property
    def taken_in_by(self) -> datetime.datetime | None:
        """When what is not in of it is destroyed."""
        return self.agreed_at + TAKEN_IN_WITHIN if self.agreed_at else None

    @property
    def rows(self) -> int:
        """How many rows of the sheet can come in."""
        return int(self.summary.get("rows", 0))

    @property
    def notes(self) -> Counter[str]:
        """What becomes of words, by codes: as the dry run had it, then as it came to be."""
        notes = Counter(self.summary.get("notes", {}))
        if self.agreed_at is None:
            return notes
        # How many may come in, and how many did, are counted under one code.
        del notes["words"]
        return notes + Counter(self.result)


class ImportedQuerySet(models.QuerySet["ImportedRow"]):
    """Reads of what came in."""

    def of_units(self, unit_ids: Collection[uuid.UUID]) -> "ImportedQuerySet":
        """Rows of these desks."""
        return self.filter(unit__in=unit_ids)

    def visible_to(self, officer: "Officer") -> "ImportedQuerySet":
        """Rows whose words the officer reads: of the desks they work for."""
        return self.of_units(officer.unit_ids)


class ImportedRow(Row):
    """What earlier tips and earlier warnings have in common."""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="+")
    # The desk that serves the place today.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    # The first day of its month where the sheet knows no more.
    on = models.DateField()
    # Code of language/taxonomy.csv; empty: the sheet does not say.
    category = models.CharField(max_length=30, default="", db_default="")
    # Without what names the reporter, which is sealed in the vault; emptied by a period.
    text = models.TextField(default="", db_default="")
    # The same for the same row of a sheet, so that it comes in once.
    row_key = models.BinaryField(max_length=32, unique=True)

    objects = ImportedQuerySet.as_manager()

    class Meta:
        abstract = True


class ImportedTip(ImportedRow):
    """An earlier tip; or how many there were in a month, where only that is known."""

    is_month = models.BooleanField(default=False, db_default=False)
    count = models.PositiveIntegerField(default=1, db_default=1)
    # As `Tip.channel`; empty: the sheet does not say.
    channel = models.CharField(max_length=16, default="", db_default="")
    outcome = models.CharField(
        max_length=20, choices=Tip.Outcome, default=Tip.Outcome.NONE, db_default=""
    )
    ended_on = models.DateField(null=True)
    value = models.CharField(
        max_length=12, choices=Tip.Value, default=Tip.Value.UNRATED, db_default="unrated"
    )
    # When a period destroyed its words.
    purged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(count=1) | models.Q(count__gt=1, text=""),
                name="imported_total_has_no_words",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True) | ~models.Q(outcome=""),
                name="imported_tip_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(text="") | models.Q(ended_on__isnull=False),
                name="imported_words_have_an_end",
            ),
            models.CheckConstraint(
                condition=models.Q(purged_at__isnull=True) | models.Q(text=""),
                name="purged_imported_tip_has_no_words",
            ),
        ]
        indexes = [models.Index(fields=["unit", "on"], name="imported_tip_by_day")]

    @property
    def is_rated(self) -> bool:
        """Whether the sheet said what it was worth."""
        return self.value != Tip.Value.UNRATED

    def __str__(self) -> str:
        return f"imported tip of {self.on}"


class ImportedWarning(ImportedRow):
    """A warning that went out before Kẻng, and into how many groups."""

    groups = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [models.Index(fields=["unit", "on"], name="imported_warning_by_day")]

    def __str__(self) -> str:
        return f"imported warning of {self.on}"
