"""What was typed on the simulated phones, so that a phone can show its own side."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row


class PhoneMessage(Row):
    """One message typed on a simulated phone."""

    phone = models.CharField(max_length=12)
    text = models.TextField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.phone} {self.id}"
