"""What somebody does in the first hour after a fraud, as the province's desk keeps it."""

from typing import Any

from django.db import models

from keng.lessons.lesson_text import LessonText, LessonTextQuerySet


class FirstHourQuerySet(LessonTextQuerySet["FirstHour"]):
    """Reads of the page's texts."""


class FirstHour(LessonText):
    """One text of the page. texts = {"vi": {"steps": [{"title", "text"}]}}.

    The newest published one is what everybody reads; none: the text that comes with Kẻng.
    """

    # [{"bank", "number", "source"}]: no number without saying where it was taken from.
    hotlines = models.JSONField(default=list)

    objects = FirstHourQuerySet.as_manager()

    def __str__(self) -> str:
        return f"first hour of {self.made_at}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        """With the numbers of banks."""
        return super().content_to_release | {"hotlines": self.hotlines}
