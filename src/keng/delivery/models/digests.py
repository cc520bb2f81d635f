"""What a subscriber's week had no room for: it waits for the weekly digest, and then was in one."""

import datetime
from collections.abc import Collection

from django.db import models
from django.db.models.functions import Now

from keng.kit.models import Row


class DigestEntryQuerySet(models.QuerySet["DigestEntry"]):
    """Reads of entries."""

    def waiting(self) -> "DigestEntryQuerySet":
        """Those that no digest has taken yet, whatever became of the warning."""
        return self.filter(delivery_ref__isnull=True)

    def taken(self) -> "DigestEntryQuerySet":
        """Those that a digest names or named."""
        return self.filter(delivery_ref__isnull=False)

    def not_stopped_except_at(
        self, moments: Collection[datetime.datetime]
    ) -> "DigestEntryQuerySet":
        """Those whose dispatch goes on, or was called off at one of these moments."""
        ends = models.Q(dispatch__cancelled_at__isnull=True)
        return self.filter(ends | models.Q(dispatch__cancelled_at__in=moments))

    def still_sent(self) -> "DigestEntryQuerySet":
        """Those whose dispatch was not stopped, and is still worth reading."""
        return self.filter(
            models.Q(dispatch__expires_at__isnull=True) | models.Q(dispatch__expires_at__gt=Now()),
            dispatch__cancelled_at__isnull=True,
        )


class DigestEntry(Row):
    """One dispatch that one subscriber gets in a digest instead of by itself.

    The entries of whoever stops go with their address (a trigger sees to it).
    """

    subscription = models.ForeignKey(
        "network.Subscription", models.CASCADE, related_name="+", db_index=False
    )
    dispatch = models.ForeignKey("delivery.Dispatch", models.CASCADE, related_name="digest_entries")
    added_at = models.DateTimeField(db_default=Now())
    # The row that carries or carried the digest; a plain reference, as of everything of deliveries.
    delivery_ref = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)

    objects = DigestEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "dispatch"], name="digest_names_a_dispatch_once"
            ),
            models.CheckConstraint(
                condition=models.Q(delivery_ref__isnull=True, taken_at__isnull=True)
                | models.Q(delivery_ref__isnull=False, taken_at__isnull=False),
                name="entry_in_a_digest_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["added_at"],
                condition=models.Q(delivery_ref__isnull=True),
                name="digest_entry_waiting",
            ),
            models.Index(
                fields=["taken_at"],
                condition=models.Q(taken_at__isnull=False),
                name="digest_entry_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispatch_id} for a digest"
