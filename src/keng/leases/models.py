"""What one process at a time does, wherever it runs. UNLOGGED: a crash ends every lease."""

from django.db import models


class Lease(models.Model):
    """Who does what this names, and until when nobody else begins it."""

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.UUIDField()
    """Drawn by a process when it starts: no number that two machines could both have."""
    ends_at = models.DateTimeField()
    """By the clock of the database: those of two machines may differ."""

    def __str__(self) -> str:
        return self.name
