"""How many warnings one group or subscriber gets: too many, and people leave.

Urgent warnings, corrections and recalls are always sent, and none of them counts.
"""

from dataclasses import dataclass

from django.conf import settings

URGENT_SEVERITY = 3
"""The gravest of what a warning or a subscription says: no budget holds it back."""


@dataclass(frozen=True, slots=True)
class FatigueBudget:
    """After so many of them one more needs a reason."""

    week: int
    """Within seven days."""
    month: int
    """Within thirty days."""


WEEK_LIMITS = (1, 3, 7)
"""Among these a subscriber chooses, or has no limit."""


def subscriber_week_limit() -> int:
    """So many reach a subscriber within seven days who chose no number; 0: all of them."""
    return int(settings.SUBSCRIBER_WARNINGS_A_WEEK)


def fatigue_budget() -> FatigueBudget:
    """As the operator set it."""
    return FatigueBudget(settings.WARNINGS_A_WEEK, settings.WARNINGS_A_MONTH)
