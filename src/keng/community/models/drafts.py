"""Unfinished reports, kept for thirty minutes and readable only with the browser's own key."""

from django.db import models
from django.db.models.functions import Now


class Draft(models.Model):
    """A report being written: ciphertext under a key that exists only in the browser's cookie."""

    # Hash of the cookie's secret; the key is another derivation of it.
    id_hash = models.BinaryField(max_length=32, primary_key=True)
    box = models.BinaryField()
    # Paths of encrypted files below the data folder.
    files = models.JSONField(default=list, db_default=[])
    touched_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return "draft"
