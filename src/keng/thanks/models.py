"""A word of thanks to groups, and which reports it counts: by their ids, never a word of one."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row
from keng.kit.small_counts import FEWEST_SHOWN
from keng.releases.models import Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class GroupThanksQuerySet(ReleasableQuerySet["GroupThanks"]):
    """Reads of thanks to groups."""

    def visible_to(self, officer: "Officer") -> "GroupThanksQuerySet":
        """Those of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)


class GroupThanks(Releasable, Row):
    """What reports of one category in one commune, or wider, led to; told to some groups there.

    Text and counts are the machine's and never change: whoever wants others drops it.
    """

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    # Code of language/taxonomy.csv.
    category = models.CharField(max_length=30)
    # Groups that it goes to: they are taken out of use and never deleted.
    group_ids = ArrayField(models.UUIDField())
    # The first of the month in which the first of the reports came in.
    since = models.DateField()
    report_count = models.PositiveIntegerField()
    # Reports of which a second person said that somebody could guess: the same ones are not handed
    # in again. Plain references; empty unless it was refused.
    refused_refs = ArrayField(models.UUIDField(), default=list, db_default=[])
    # As it is sent, in Vietnamese.
    text = models.TextField()
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    dispatch = models.ForeignKey("delivery.Dispatch", models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = GroupThanksQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(report_count__gte=FEWEST_SHOWN),
                name="thanks_stand_on_five_reports",
            ),
            models.CheckConstraint(condition=~models.Q(group_ids=[]), name="thanks_go_to_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.place_id}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        """With the groups, and with the reports that are counted."""
        counted = self.counted.filter(is_copy=False).order_by("tip_ref")
        return {
            "place": self.place.code,
            "category": self.category,
            "groups": sorted(str(pk) for pk in self.group_ids),
            "since": self.since.isoformat(),
            "reports": [str(one.tip_ref) for one in counted],
            "text": self.text,
        }


class CountedTip(models.Model):
    """That a report is counted in one word of thanks, and so in no other.

    Else two that differ by one report would tell of that one. A report that says the same as one of
    them is not counted, but bound all the same: else it would stand in the next thanks.
    """

    # A plain reference: it outlives the report, which then still counts in no second one.
    tip_ref = models.UUIDField(primary_key=True)
    thanks = models.ForeignKey(GroupThanks, models.PROTECT, related_name="counted")
    is_copy = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return f"{self.tip_ref} in {self.thanks_id}"
