"""Searches an officer wants to come back to."""

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row


class SavedSearch(Row):
    """A search of one officer under a name. It holds words and choices, never a person's name."""

    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    # The fields of the search form, as they stand in its address.
    query = models.JSONField(default=dict, db_default={})
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "name"], name="a_search_is_saved_once"),
        ]

    def __str__(self) -> str:
        return self.name
