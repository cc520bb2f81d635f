"""What every text of this area has in common: one person writes it, a second one publishes it."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models.functions import Now

from keng.kit.languages import FULL_LANGUAGES
from keng.kit.models import Row
from keng.releases.models import Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_Text = TypeVar("_Text", bound="LessonText")


class LessonTextQuerySet(ReleasableQuerySet[_Text]):
    """Reads of texts that two people answer for."""

    def visible_to(self, officer: "Officer") -> Self:
        """Those of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)


class LessonText(Releasable, Row):
    """A text that never changes, and waits from the moment it is written.

    What follows it before one is published is another row, which carries the hands on.
    """

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # By language: {"vi": {...}, "en": {...}}; "en" may be absent.
    texts = models.JSONField()
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta(Releasable.Meta):
        abstract = True

    @property
    def content_to_release(self) -> dict[str, Any]:
        return {"texts": self.texts}

    @property
    def texts_in_order(self) -> list[tuple[str, Any]]:
        """By language, what everybody reads first: the database sorts them by the alphabet."""
        return [(code, self.texts[code]) for code in FULL_LANGUAGES if code in self.texts]

    @property
    def title(self) -> str:
        """In Vietnamese, for lists of the desk."""
        return str(self.texts.get("vi", {}).get("title", ""))
