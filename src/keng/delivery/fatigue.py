"""How many warnings one group gets: too many, and people leave.

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


def fatigue_budget() -> FatigueBudget:
    """As the operator set it."""
    return FatigueBudget(settings.WARNINGS_A_WEEK, settings.WARNINGS_A_MONTH)
