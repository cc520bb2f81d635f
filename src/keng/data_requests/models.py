"""A data request: what somebody asks of the data about them, and what was decided."""

import datetime
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keng.accounts.who import READING_DATA_REQUESTS
from keng.kit.ids import coarse_id
from keng.kit.models import Row
from keng.tips.models import Recusal, TipConcern

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keng.accounts.models import Officer


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """Reads of data requests."""

    def visible_to(self, officer: "Officer") -> "DataRequestQuerySet":
        """Those that the officer answers or reads as the second person; none about a report of
        which they must not know. No post, none.
        """
        return self.filter(unit__in=READING_DATA_REQUESTS.units(officer)).not_kept_from(
            officer.own_unit_ids, officer.pk
        )

    def not_kept_from(
        self, belongs_to: Collection[uuid.UUID], officer: uuid.UUID
    ) -> "DataRequestQuerySet":
        """Less those of a tip about these units, or in which the officer has no part."""
        about_us = TipConcern.objects.filter(unit__in=belongs_to).values("tip")
        recused = Recusal.objects.in_force(officer).values("tip")
        seen = self.exclude(tip__in=about_us).exclude(tip__in=recused)
        return seen.exclude(desk_tip__in=about_us).exclude(desk_tip__in=recused)

    def open(self) -> "DataRequestQuerySet":
        """Those on which not everybody has decided yet."""
        return self.filter(settled_at=None)

    def undecided(self) -> "DataRequestQuerySet":
        """Those that wait for data protection."""
        return self.filter(decided_at=None)

    def erasures_undecided(self) -> "DataRequestQuerySet":
        """Deletions that wait for the second person."""
        return self.open().filter(decided_at__isnull=False)

    def erasures_agreed(self) -> "DataRequestQuerySet":
        """Two people decided that the report is deleted."""
        agreed = self.filter(settled_at__isnull=False, tip__isnull=False)
        return agreed.filter(kind=DataRequest.Kind.DELETE, outcome=DataRequest.Outcome.DONE)


class DataRequest(Row):
    """Asked by whoever holds the receipt of a report, or by somebody else by the public form.

    Of the second kind nothing says who asked, and nobody is looked for: `tip` is empty.
    """

    class Kind(models.TextChoices):
        SEE = "see", _("To see what is kept about me")
        CORRECT = "correct", _("To correct it")
        DELETE = "delete", _("To delete it")
        RESTRICT = "restrict", _("To have it used less")
        OBJECT = "object", _("To object to how it is used")

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        PARTLY = "partly", _("Done in part")
        REFUSED = "refused", _("Refused")

    class Ground(models.TextChoices):
        """Why it was refused: a sentence of law, or that nobody knows who asks."""

        DELETION = (
            "deletion",
            _("Law 91/2025 art. 14(2): deletion may be refused where data are kept under art. 19"),
        )
        WITHOUT_CONSENT = (
            "no_consent",
            _("Law 91/2025 art. 19: kept without consent, for life, health or a task of the State"),
        )
        SECRECY = "secrecy", _("Joint Circular 01/2017 art. 4(5): who reports is kept secret")
        UNKNOWN = "unknown", _("Nothing shows that the data are about whoever asks")

    id = models.UUIDField(primary_key=True, default=coarse_id, editable=False)
    # The province that answers.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Whose receipt asked.
    tip = models.ForeignKey("tips.Tip", models.CASCADE, null=True, related_name="+")
    # By which its asker speaks of it at the office: no secret, and it opens nothing.
    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    # What the public site writes and never reads has no default of the database: Django would read
    # that back. Less what names the asker, which is sealed with the tip, or not kept at all.
    words = models.TextField(default="", blank=True)
    # What the asker of the form typed as the number of a report or an entry.
    about_number = models.CharField(max_length=40, default="", blank=True)
    asked_at = models.DateTimeField()
    reply_by = models.DateTimeField()
    decide_by = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=500, default="", db_default="", blank=True)
    # Whom data protection asked what there is to it, and what they said.
    desk_tip = models.ForeignKey("tips.Tip", models.CASCADE, null=True, related_name="+")
    desk_asked_at = models.DateTimeField(null=True)
    desk_words = models.TextField(default="", blank=True)
    desk_said_by = models.ForeignKey(
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )
    desk_said_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=7, choices=Outcome, default="", db_default="", blank=True)
    ground = models.CharField(max_length=10, choices=Ground, default="", db_default="", blank=True)
    answer = models.TextField(default="", db_default="", blank=True)
    decided_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # The second person, where a report is deleted.
    agreed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # From then on the asker reads the answer.
    settled_at = models.DateTimeField(null=True)

    # Set where its reporter reads it: since when a restricted report is used again.
    lifted_at: datetime.datetime | None = None

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, outcome="")
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(outcome=""),
                name="data_request_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(ground=""),
                name="data_request_is_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True)
                | Q(decided_at__isnull=False)
                & (
                    ~Q(kind="delete", outcome="done", tip__isnull=False)
                    | Q(agreed_by__isnull=False) & ~Q(agreed_by=F("decided_by"))
                ),
                name="erasure_takes_two_people",
            ),
            models.UniqueConstraint(
                fields=["tip", "kind"],
                condition=Q(settled_at__isnull=True, tip__isnull=False),
                name="tip_has_one_open_data_request_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "decide_by"],
                condition=Q(settled_at__isnull=True),
                name="data_request_open",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def due_at(self) -> datetime.datetime:
        """What is due next: to confirm it, then to decide."""
        return self.decide_by if self.acknowledged_at else self.reply_by

    @property
    def is_erasure(self) -> bool:
        """Whether saying yes deletes a report here, which takes a second person."""
        return self.kind == self.Kind.DELETE and self.tip_id is not None

    @property
    def is_granted_erasure(self) -> bool:
        """Whether the report is on its way to be deleted, or is."""
        return self.is_erasure and self.outcome == self.Outcome.DONE

    @property
    def is_restriction(self) -> bool:
        """Whether saying yes keeps the words of a report here from the desk."""
        return self.kind == self.Kind.RESTRICT and self.tip_id is not None

    @property
    def asker_words(self) -> "str | _StrPromise":
        """Who asked, as far as anybody knows."""
        return _("A reporter, by receipt") if self.tip_id else _("Somebody, by the public form")
