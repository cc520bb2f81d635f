"""What the shared limits count. The tables are UNLOGGED: not in the WAL, empty after a crash."""

from django.db import models


class LimitKey(models.Model):
    """Half of the key under which networks are counted now; the other half is the site's key."""

    period = models.BigIntegerField(primary_key=True)
    half = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.period)


class LimitCount(models.Model):
    """How much one network used of one limit: under a mark that nobody leads back to a network."""

    mark = models.UUIDField(primary_key=True)
    period = models.BigIntegerField()
    used = models.FloatField()
    counted_at = models.FloatField()
    """Seconds since 1970, as `used` was then."""

    def __str__(self) -> str:
        return f"{self.used:.1f}"


class GuessCount(models.Model):
    """How many wrong tries of a kind are counted, under a mark that leads to nobody (`guesses`)."""

    mark = models.UUIDField(primary_key=True)
    period = models.BigIntegerField()
    used = models.FloatField()
    counted_at = models.FloatField()
    """Seconds since 1970, as `used` was then."""

    def __str__(self) -> str:
        return f"{self.used:.1f}"


class SpentPuzzle(models.Model):
    """A solution that was taken, until it would be refused for its age."""

    digest = models.BinaryField(max_length=16, primary_key=True)
    expires_at = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.expires_at)
