"""Who else has a tip open just now."""

import datetime

from keng.accounts.models import Officer
from keng.kit import times
from keng.tips.models import Tip, TipReader

# A page says every 20 seconds that it is still there; two silences, and nobody is.
WITHIN = datetime.timedelta(seconds=45)


def others(tip: Tip, officer: Officer) -> list[Officer]:
    """Colleagues who have the tip open, in the order of their names."""
    rows = TipReader.objects.filter(tip=tip, seen_at__gt=times.now() - WITHIN)
    found = rows.exclude(officer=officer).select_related("officer").order_by("officer__name")
    return [row.officer for row in found]
