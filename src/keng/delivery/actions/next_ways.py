"""An urgent warning takes the next way to whom it missed by itself: nobody has to ask for it.

Which ways there are, and in which order, stands in docs/decisions/0046-the-next-way.md. Only what
certainly did not arrive goes another way, so that nobody is told twice; anything that is not urgent
waits for an officer, who reads on the page of the dispatch what the next way would be.
"""

import uuid

from django.db import connection
from django.db.models import F, Q

from keng.acts.locks import lock
from keng.acts.work import work
from keng.delivery.actions.resending import resend_locked
from keng.delivery.models import Dispatch
from keng.delivery.queries.missed import MISSED, missed_values
from keng.delivery.queries.outcomes import PUT_OFF, QUIET_HOURS
from keng.delivery.recipients import OTHER_ACCOUNT
from keng.kit import times

# What is put off for longer than this is no way for something urgent, where there is another.
_PUT_OFF_TOO_LONG = "interval '10 minutes'"

# Dispatches in which something was settled since they were last sent again. Rows of a dispatch are
# read by its index; after some hours its missed are for an officer to decide on.
_URGENT = f"""
SELECT o.id FROM delivery_dispatch o
WHERE o.is_urgent AND o.kind IN ('warning', 'correction', 'recall')
  AND o.materialised_at > now() - interval '3 hours' AND o.cancelled_at IS NULL
  AND (o.expires_at IS NULL OR o.expires_at > now())
  AND EXISTS (
    SELECT FROM delivery_delivery d
    WHERE d.dispatch_id = o.id AND d.recipient_kind = 'group'
      AND (d.state = 'rejected' AND d.settled_at > coalesce(o.resent_at, '-infinity')
           OR d.state = 'not_now' AND d.code <> %(quiet)s
              AND d.not_before > now() + {_PUT_OFF_TOO_LONG}))
ORDER BY o.id LIMIT 20
"""  # noqa: S608 -- our own pieces

# A group that cannot be posted to for long, and that another account or a lead reaches: this way
# ends, so that it does not post there hours after the other one did.
_END_WHAT_IS_PUT_OFF = f"""
UPDATE delivery_delivery d SET state = 'rejected', code = %(put_off)s, settled_at = now()
FROM delivery_dispatch o
WHERE d.dispatch_id = %(dispatch)s AND o.id = d.dispatch_id AND d.recipient_kind = 'group'
  AND d.state = 'not_now' AND d.code <> %(quiet)s AND d.provider_id = ''
  AND d.not_before > now() + {_PUT_OFF_TOO_LONG}
  AND (%(is_first)s AND EXISTS ({OTHER_ACCOUNT}) OR EXISTS (
    SELECT FROM network_lead_groups lg JOIN network_lead l ON l.id = lg.lead_id
    WHERE lg.group_id = d.recipient_ref AND l.stopped_at IS NULL))
"""  # noqa: S608 -- our own pieces

# Another account is tried once, a lead whenever one is there: what two accounts refused for what it
# says would go to and fro between them.
_HAS_NEXT_WAY = f"""{MISSED}
SELECT EXISTS (
  SELECT FROM way JOIN delivery_delivery d ON d.id = way.id
  WHERE way.next = 'lead'
    OR way.next = 'again' AND %(is_first)s AND way.account IS DISTINCT FROM d.account_id)
"""  # noqa: S608 -- our own pieces


def take_next_ways() -> int:
    """Send urgent dispatches by the next way to whom they missed; how many dispatches."""
    with connection.cursor() as cursor:
        cursor.execute(_URGENT, {"quiet": QUIET_HOURS})
        found = [key for (key,) in cursor.fetchall()]
    return sum(map(_take_next_way, found))


@work()
def _take_next_way(dispatch_id: uuid.UUID) -> int:
    """All of one dispatch in one transaction: killed, nothing of it was done."""
    asked = Q(resend_asked_at__isnull=True) | Q(resend_asked_at__lte=F("resent_at"))
    dispatch = lock(Dispatch.objects.filter(asked, pk=dispatch_id, cancelled_at__isnull=True))
    return sum(_next_way_of(each) for each in dispatch)


def _next_way_of(dispatch: Dispatch) -> int:
    values = missed_values(dispatch.pk) | {
        "quiet": QUIET_HOURS,
        "put_off": PUT_OFF,
        "is_first": dispatch.resent_at is None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_END_WHAT_IS_PUT_OFF, values)
        cursor.execute(_HAS_NEXT_WAY, values)
        (has_next,) = cursor.fetchone()
    if not has_next:
        return 0
    dispatch.resend_asked_at = times.now()
    dispatch.save(update_fields=["resend_asked_at"])
    resend_locked(dispatch, by_itself=True)
    return 1
