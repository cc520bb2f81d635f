"""What every text of this area has in common: one person writes it, a second one publishes it."""

import hashlib
import json
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models.functions import Now

from keng.accounts.hands import InHands, none_of_the_hands
from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_Text = TypeVar("_Text", bound="FourEyes")


class FourEyesQuerySet(models.QuerySet[_Text]):
    """Reads of texts that two people answer for."""

    def visible_to(self, officer: "Officer") -> Self:
        """Those of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)

    def published(self) -> Self:
        """What the public may read now."""
        return self.filter(published_at__isnull=False, ended_at__isnull=True)


class FourEyes(InHands, Row):
    """A text that never changes: what was published is what the second person read.

    What follows it before one is published is another row, which carries the hands on.
    """

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # By language: {"vi": {...}, "en": {...}}; "en" may be absent.
    texts = models.JSONField()
    # Of everything that `content` gives.
    hash = models.BinaryField(max_length=32)
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    published_by = models.ForeignKey(
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(published_by=models.F("made_by")),
                name="%(class)s_is_published_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=none_of_the_hands("published_by"),
                name="%(class)s_is_published_by_nobody_with_a_hand_in_it",
            ),
        ]

    @property
    def content(self) -> dict[str, Any]:
        """Everything that the second person answers for."""
        return {"unit": str(self.unit_id), "texts": self.texts}

    @property
    def hash_now(self) -> bytes:
        """The hash of what stands here at this moment."""
        said = json.dumps(self.content, ensure_ascii=False, sort_keys=True)
        return hashlib.blake2b(said.encode(), digest_size=32, person=b"keng-lesson").digest()

    @property
    def is_public(self) -> bool:
        """Whether the public may read it now."""
        return self.published_at is not None and self.ended_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has still to read it."""
        return self.published_at is None and self.ended_at is None

    @property
    def title(self) -> str:
        """In Vietnamese, for lists of the desk."""
        return str(self.texts.get("vi", {}).get("title", ""))
