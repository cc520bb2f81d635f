"""What a desk says to everybody: written by one, let out by another (docs/decisions/0015)."""

from django.db import models

from keng.releases.hands import InHands


class LetOutByTwo(InHands):
    """Stands on no page and counts for nothing until a second person let it out."""

    # Of what stood there before this rule only the moment is known, not who.
    let_out_at = models.DateTimeField(null=True)
    let_out_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
