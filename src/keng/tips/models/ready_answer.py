"""Ready words for an answer, kept by the unit, and who has a tip open at this moment."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row
from keng.tips.models.tip import Tip, TipViewer


class AnswerTemplateQuerySet(models.QuerySet["AnswerTemplate"]):
    """Reads of a unit's own answers."""

    def visible_to(self, officer: TipViewer) -> "AnswerTemplateQuerySet":
        """Those of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)


class AnswerTemplate(Row):
    """An answer in a unit's own words. One with the code of a default stands in its place."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    # One of the eight topics a resident chooses from, or one that `keng.dialogue.ready_answers`
    # names; empty fits every tip.
    topic = models.CharField(max_length=16, default="", db_default="")
    title_vi = models.CharField(max_length=40)
    title_en = models.CharField(max_length=40)
    text_vi = models.TextField()
    text_en = models.TextField()
    is_removed = models.BooleanField(default=False, db_default=False)
    changed_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    objects = AnswerTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "code"], name="one_answer_per_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.unit_id}"


class TipReader(Row):
    """An officer who has a tip open just now. It is gone a minute later; no history is kept."""

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="+")
    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tip", "officer"], name="a_reader_stands_there_once"),
        ]
        indexes = [models.Index(fields=["seen_at"], name="reader_by_time")]

    def __str__(self) -> str:
        return f"{self.officer_id} reads {self.tip_id}"
