"""What somebody does in the first hour after a fraud, as the province's desk keeps it."""

from typing import Any

from django.db import models

from keng.lessons.four_eyes import FourEyes, FourEyesQuerySet


class FirstHourQuerySet(FourEyesQuerySet["FirstHour"]):
    """Reads of the page's texts."""


class FirstHour(FourEyes):
    """One text of the page. texts = {"vi": {"steps": [{"title", "text"}]}}.

    The newest published one is what everybody reads; none: the text that comes with Kẻng.
    """

    # [{"bank", "number", "source"}]: no number without saying where it was taken from.
    hotlines = models.JSONField(default=list)

    objects = FirstHourQuerySet.as_manager()

    class Meta(FourEyes.Meta):
        constraints = [*FourEyes.Meta.constraints]

    def __str__(self) -> str:
        return f"first hour of {self.made_at}"

    @property
    def content(self) -> dict[str, Any]:
        """With the numbers of banks."""
        return super().content | {"hotlines": self.hotlines}
