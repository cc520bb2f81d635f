"""Whether so many reports come in that answers will be late: said on the first page, uncounted."""

import datetime
import time

from keng.kit import times
from keng.tips.models import Tip
from keng.warnings.models import Version
from keng.warnings.models import Warning as PublicWarning
from keng.warnings.queries import current_warnings

# Over all desks together: a rush at a single one could tell that somebody there has reported.
BUSY_FROM = 100
_COUNTED_WITHIN = datetime.timedelta(hours=1)
_RECENT_FOR = datetime.timedelta(hours=24)
_KEPT_SECONDS = 60.0
_kept_answer: list[tuple[float, bool]] = []


def is_busy() -> bool:
    """Whether at least BUSY_FROM reports came in within the hour; asked once a minute."""
    if not _kept_answer or _kept_answer[0][0] < time.monotonic():
        since = times.now() - _COUNTED_WITHIN
        # The newest first, and no further than the limit: a storm must not make this slow.
        newest = Tip.objects.order_by("-id").values_list("received_at", flat=True)[:BUSY_FROM]
        found = [at for at in newest if at >= since]
        _kept_answer[:] = [(time.monotonic() + _KEPT_SECONDS, len(found) >= BUSY_FROM)]
    return _kept_answer[0][1]


def forget_answer() -> None:
    """Have it counted by the next page."""
    _kept_answer.clear()


def recent_urgent_warnings() -> list[Version]:
    """Urgent warnings of the last day: what need not be told again."""
    since = times.now() - _RECENT_FOR
    urgent = PublicWarning.Severity.URGENT
    return [
        version
        for version in current_warnings(limit=20)
        if version.severity == urgent and version.released_at and version.released_at >= since
    ]
