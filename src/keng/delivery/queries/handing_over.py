"""How soon machines handed a dispatch over, beside what the limits of their accounts allow.

Of an urgent text and of one that replaces another: whatever else waits until quiet hours are over.
"""

import datetime
import math
from dataclasses import dataclass

from django.db import connection

from keng.channels.by_hand import BY_HAND
from keng.delivery.forecast import HANDED_OVER_SHARE, seconds_by_limit
from keng.delivery.models import Dispatch
from keng.kit import times

_COUNT = """
SELECT a.name, a.rate_per_minute, count(*)::int, (count(*) FILTER (WHERE is_handed_over))::int,
  percentile_disc(%(share)s) WITHIN GROUP (ORDER BY coalesce(CASE
    WHEN is_handed_over THEN extract(epoch FROM d.settled_at - %(begun)s)::float8 END, 'infinity'))
FROM delivery_delivery d JOIN delivery_channelaccount a ON a.id = d.account_id
CROSS JOIN LATERAL (SELECT d.state IN ('sent', 'delivered', 'read')
  OR d.state = 'rejected' AND d.code = 'not_delivered' AS is_handed_over) AS one
WHERE d.dispatch_id = %(dispatch)s AND d.part = 1 AND d.channel <> %(hand)s
  -- What was refused or called off is on the page by itself, and nobody waits for it.
  AND (is_handed_over OR d.state IN ('queued', 'leased', 'not_now'))
GROUP BY a.id ORDER BY 3 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class AccountHandingOver:
    """How far one account is with a dispatch."""

    account: str
    per_minute: int
    """Its limit as it is set now; 0: it has none."""
    recipients: int
    handed_over: int
    took: datetime.timedelta | None
    """Until 95 % were handed over; None while fewer are."""
    begun: datetime.datetime

    @property
    def allowed(self) -> datetime.timedelta:
        """How soon the limit lets 95 % leave; nothing without a limit."""
        return datetime.timedelta(seconds=seconds_by_limit(self.recipients, self.per_minute))

    @property
    def expected_at(self) -> datetime.datetime:
        """When 95 % are handed over at its limit."""
        return self.begun + self.allowed

    @property
    def is_behind(self) -> bool:
        """Whether its limit would have let 95 % leave by now, and they have not."""
        return self.took is None and self.per_minute > 0 and self.expected_at < times.now()


def handing_over(dispatch: Dispatch) -> list[AccountHandingOver]:
    """Each account that carries it, the largest share first; of what may wait for a morning none.

    Counted from the act on; of what was held first, from when it was let go.
    """
    if dispatch.materialised_at is None or not (dispatch.is_urgent or dispatch.replaces_a_text):
        return []
    was_held = dispatch.let_go_people is not None
    begun = dispatch.materialised_at if was_held else dispatch.created_at
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "dispatch": dispatch.pk,
                "begun": begun,
                "share": HANDED_OVER_SHARE,
                "hand": BY_HAND,
            },
        )
        rows = cursor.fetchall()
    return [
        AccountHandingOver(
            account,
            per_minute,
            recipients,
            handed_over,
            None if math.isinf(seconds) else datetime.timedelta(seconds=max(0.0, seconds)),
            begun,
        )
        for account, per_minute, recipients, handed_over, seconds in rows
    ]
