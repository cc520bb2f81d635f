"""An incident: the event that one or more tips speak of."""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.tips.models.tip import TipViewer


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Reads of incidents."""

    def visible_to(self, officer: "TipViewer") -> "IncidentQuerySet":
        """Incidents of the officer's units of which they read a tip. No post means none.

        Its name and what came of it tell of its tips, as little as that is.
        """
        # By its name, since a tip's own module knows incidents.
        tip: Any = apps.get_model("tips", "Tip")
        read = tip.objects.visible_to(officer).filter(incident=OuterRef("pk"))
        return self.filter(Exists(read), unit_id__in=officer.unit_ids)


class Incident(Row):
    """500 tips of one event are one incident and 500 answers."""

    title = models.CharField(max_length=160)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    category = models.CharField(max_length=30, default="", db_default="")
    opened_at = models.DateTimeField(db_default=Now())
    opened_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=18, default="", db_default="")
    outcome_note = models.TextField(default="", db_default="")
    # Whole đồng.
    money_lost = models.BigIntegerField(default=0, db_default=0)
    money_saved = models.BigIntegerField(default=0, db_default=0)
    money_recovered = models.BigIntegerField(default=0, db_default=0)
    persons_helped = models.PositiveIntegerField(default=0, db_default=0)
    closed_at = models.DateTimeField(null=True)

    # What came of it in numbers, whoever it was for.
    EFFECT = ("money_lost", "money_saved", "money_recovered", "persons_helped")

    objects = IncidentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title
