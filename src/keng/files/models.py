"""What is known of a file beside its bytes: that it is held."""

from django.db import models

from keng.kit import times
from keng.kit.models import Row


class HeldFile(Row):
    """An original that is quarantined: no purge, withdrawal or sweep removes it.

    No row of the area that names the file is needed: the hold outlives it.
    """

    original_path = models.CharField(max_length=200, unique=True)
    # What it came with, as `keyed_file_hash` takes it; by both the same file is known again.
    came_with = models.UUIDField()
    # Empty where the hash was forgotten before, as with the end of a tip.
    keyed_hash = models.BinaryField(max_length=32, default=b"")
    # No default of the database: whoever adds a row may not read it back.
    at = models.DateTimeField(default=times.now)

    def __str__(self) -> str:
        return f"held {self.original_path}"
