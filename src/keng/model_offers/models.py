"""What a desk offers to others, and which desk took it over."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class ModelOfferQuerySet(models.QuerySet["ModelOffer"]):
    """Reads of offers."""

    def visible_to(self, officer: "Officer") -> Self:
        """What is offered is for every desk, what was for its own. No post means none."""
        own = models.Q(unit_id__in=officer.unit_ids)
        return self.filter(own | models.Q(withdrawn_at=None)) if officer.unit_ids else self.none()


class ModelOffer(Row):
    """A pattern, a lesson or the shape of a rota, as it was when its desk offered it.

    It names no officer: of a rota only the hours of its shifts travel, and roles of several.
    """

    class Kind(models.TextChoices):
        """What is offered."""

        PATTERN = "pattern", _("Pattern of a warning")
        LESSON = "lesson", _("Lesson")
        ROTA = "rota", _("Rota")

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    # The pattern or the edition; the desk itself for a rota, of which it has one.
    source_ref = models.UUIDField()
    # As offering.py and rota_shape.py make it of each kind.
    content = models.JSONField()
    offered_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ModelOfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "source_ref"],
                condition=models.Q(withdrawn_at=None),
                name="model_is_offered_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.unit_id}"

    @property
    def title(self) -> str:
        """In Vietnamese, as its desk named it; a rota has no name."""
        if self.kind == self.Kind.PATTERN:
            return str(self.content["texts"]["title"])
        if self.kind == self.Kind.LESSON:
            return str(self.content["texts"]["vi"]["title"])
        return ""


class ModelCopyQuerySet(models.QuerySet["ModelCopy"]):
    """Reads of copies."""

    def visible_to(self, officer: "Officer") -> Self:
        """Those of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)


class ModelCopy(Row):
    """That a desk took a model over. It stays when the offer is withdrawn."""

    offer = models.ForeignKey(ModelOffer, models.PROTECT, related_name="copies")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # The pattern or the edition that waits for a second person there; null for a rota.
    copy_ref = models.UUIDField(null=True)
    taken_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(db_default=Now())
    # When officers were last put on the rota by it.
    filled_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ModelCopyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "unit"], name="model_is_taken_over_once_by_a_desk"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} at {self.unit_id}"
