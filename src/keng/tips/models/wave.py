"""A wave: a rise of similar tips over their usual level, with its reasons. It hides no tip."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row
from keng.language.taxonomy import scam_categories
from keng.tips.models.tip import Tip, TipViewer

# Fewer than three tips of three people tell nothing.
FEWEST_TIPS_OF_WAVE = 3


class WaveQuerySet(models.QuerySet["Wave"]):
    """Reads of waves. What of one an officer may read hangs on its tips."""

    def visible_to(self, officer: TipViewer) -> "WaveQuerySet":
        """Those with a tip that the officer sees.

        Of anything but scams a commune needs three of its own: a single one would tell it that
        others went past it to the province.
        """
        own = WaveTip.objects.filter(tip__in=Tip.objects.visible_to(officer).in_waves())
        several = (
            own.values("wave").annotate(n=models.Count("pk")).filter(n__gte=FEWEST_TIPS_OF_WAVE)
        )
        is_scam = models.Q(category__in=scam_categories())
        shown = models.Q(unit_id__in=officer.own_unit_ids) | is_scam
        return self.filter(
            shown | models.Q(pk__in=several.values("wave")), pk__in=own.values("wave")
        )


class Wave(Row):
    """Found by the worker over a whole province; a person says what it is."""

    class State(models.TextChoices):
        OPEN = "open", _("Rising")
        ENDED = "ended", _("Ended by itself")
        DISMISSED = "dismissed", _("Not a wave")

    # The desk whose whole area was looked at: the province's.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    category = models.CharField(max_length=30, default="", db_default="")
    state = models.CharField(max_length=9, choices=State, default="open", db_default="open")
    # [{"sign": "indicator" | "likeness" | "category", "value", "type", "id", "category", "tips",
    #   "places", "minutes", "usual": tips a week, "chance"}], the strongest first.
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField(db_default=Now())
    # When it was last over its usual level, or another tip joined it.
    seen_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    objects = WaveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="ended", ended_at__isnull=False)
                | (~models.Q(state="ended") & models.Q(ended_at__isnull=True)),
                name="wave_has_an_end_when_it_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "-found_at"],
                condition=~models.Q(state="ended"),
                name="wave_not_ended",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class WaveTip(Row):
    """A tip of a wave. Where the tip goes, in lists and in the inbox, it stays as it was."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="members")
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="waves")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "tip"], name="tip_is_in_a_wave_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tip_id} in {self.wave_id}"


class WaveStep(Row):
    """What a desk made of a wave: a warning, or "not a wave", which can be taken back."""

    class Kind(models.TextChoices):
        WARNED = "warned", _("Began a warning")
        DISMISSED = "dismissed", _("Said that it is no wave")

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="steps")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    reason = models.TextField(default="", db_default="")
    # How many tips it had then: twice as many call for another look.
    tips_then = models.PositiveIntegerField(default=0, db_default=0)
    # A plain reference, since warnings lie above.
    warning_ref = models.UUIDField(null=True, db_index=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "unit"],
                condition=models.Q(kind="dismissed", taken_back_at__isnull=True),
                name="wave_is_dismissed_once_by_a_desk",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="dismissed") | ~models.Q(reason=""),
                name="wave_is_dismissed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.wave_id}"
