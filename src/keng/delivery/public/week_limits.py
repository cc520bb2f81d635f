"""What a subscriber can choose of how many warnings come in a week."""

from keng.delivery.fatigue import WEEK_LIMITS, subscriber_week_limit
from keng.network.forms.subscriptions import WeekLimits


def week_limits() -> WeekLimits:
    """The few numbers, and what the operator set for whoever chooses none."""
    return WeekLimits(WEEK_LIMITS, subscriber_week_limit())
