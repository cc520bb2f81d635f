"""Reports that were signed: frozen for good, each version beside the one it corrects."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from keng.accounts.who import COUNTING
from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Reads of signed reports."""

    def visible_to(self, officer: "Officer") -> "SnapshotQuerySet":
        """Reports of units of which nothing in the figures is hidden from the officer.

        The rule of `keng.reports.periodic.whose_report.may_read_report`, for a query.
        """
        of_all = Q(unit__in=COUNTING.units(officer))
        own = list(officer.own_unit_ids)
        for unit in own:
            of_all &= Q(unit=unit) | Q(unit__parent=unit)
        return self.filter(of_all)


class Snapshot(Row):
    """One signed version of one report. Nothing of it is ever changed."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # "2026-10", "2026-W44", "2026-Q3" or "2026" (keng.reports.periodic.spans).
    span = models.CharField(max_length=8)
    since = models.DateTimeField()
    until = models.DateTimeField()
    # In which boundaries its table of places is printed; the figures hold both.
    boundaries = models.CharField(max_length=3, default="new", db_default="new")
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", blank=True
    )
    # Why it was signed anew; empty for a first version.
    reason = models.CharField(max_length=300, default="", db_default="", blank=True)
    figures = models.JSONField()
    figures_hash = models.BinaryField(max_length=32)
    # Which tips it carries into the next period, by id: the next opening balance is held to it.
    open_tips = models.JSONField(default=list, db_default=[])
    signed_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    # As they were on that day: names and posts change, a signature does not.
    signer = models.CharField(max_length=160)
    signer_role = models.CharField(max_length=16)
    signed_at = models.DateTimeField(db_default=Now())
    signature = models.BinaryField(max_length=64)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "span", "version"], name="report_version_is_signed_once"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="report_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces__isnull=True, reason="")
                | (Q(version__gt=1, replaces__isnull=False) & ~Q(reason="")),
                name="report_corrected_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__gte=F("until")), name="report_is_signed_after_its_end"
            ),
            models.CheckConstraint(
                condition=Q(boundaries__in=["new", "old"]), name="report_knows_its_boundaries"
            ),
        ]
        indexes = [models.Index(fields=["unit", "until"], name="report_by_end")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.span} v{self.version}"


class PublicReport(Row):
    """What everybody may read of a signed report: small counts are not in here at all."""

    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="public")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    span = models.CharField(max_length=8)
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    # Why it was put right, for everybody to read; empty for a first version.
    reason = models.CharField(max_length=300, default="", db_default="", blank=True)
    figures = models.JSONField()
    published_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "span", "version"], name="month_is_public_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces__isnull=True, reason="")
                | (Q(version__gt=1, replaces__isnull=False) & ~Q(reason="")),
                name="month_corrected_says_what_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.span}, public"


class MachineMonth(Row):
    """How often officers decided in one month as the machine suggested; written once."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # "2026-10"
    span = models.CharField(max_length=8)
    # machine.agreement.agreement_figures: rounded, so that nothing in it tells of one tip.
    figures = models.JSONField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "span"], name="machine_month_is_written_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.span}, machine"


class PublicSummary(models.Model):
    """One row: the newest signed summary of what is public here (keng.national)."""

    one = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    issued_at = models.DateTimeField(null=True)
    # As it was signed; empty before the first one.
    note = models.TextField(default="", blank=True)
    # What it says apart from its moment, to see whether there is something new.
    content = models.TextField(default="", blank=True)
    listings = models.BinaryField(default=b"", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one=1), name="there_is_one_public_summary"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class ReportPaper(Row):
    """What an office writes around the figures of a signed report, as Decree 30/2020 has it.

    It stands under no signature of ours and may be put right; the record keeps each change.
    """

    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="paper")
    # The body above and the one that issues, as they stand at the head.
    above = models.CharField(max_length=160, default="", db_default="", blank=True)
    issuer = models.CharField(max_length=160)
    # The number in the register of the office; without one a blank is left for it.
    number = models.PositiveIntegerField(null=True, blank=True)
    # Behind the number, such as "BC-CATBN".
    symbol = models.CharField(max_length=40)
    place = models.CharField(max_length=60)
    # Without a day a blank is left for it.
    dated = models.DateField(null=True, blank=True)
    # To whom it is addressed and who gets it, a line each.
    addressees = models.CharField(max_length=600, default="", db_default="", blank=True)
    recipients = models.CharField(max_length=1000)
    # On whose behalf it is signed and as what, a line each.
    capacity = models.CharField(max_length=200, default="", db_default="", blank=True)
    signer = models.CharField(max_length=160)

    def __str__(self) -> str:
        return f"{self.number or ''}/{self.symbol}"
