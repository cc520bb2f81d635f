"""An urgent warning takes the next way to whom it missed by itself: nobody has to ask for it.

Which ways there are, and in which order, stands in docs/decisions/0046-the-next-way.md. Only what
certainly did not arrive goes another way, so that nobody is told twice; anything that is not urgent
waits for an officer, who reads on the page of the dispatch what the next way would be.

Each row takes another account once, and each lead is asked once: so it comes to an end, and what
has no way left is never found again.
"""

import uuid
from typing import Any

from django.db import connection
from django.db.models import F, Q

from keng.acts.locks import lock
from keng.acts.work import work
from keng.delivery.actions.resending import ASK_LEADS_OF_WAY, SEND_BY_WAY, resend_by
from keng.delivery.models import Dispatch
from keng.delivery.queries.missed import (
    HAS_LEAD_TO_ASK,
    HAS_TASK,
    IS_STILL_THERE,
    NEVER_BEGAN,
    missed_values,
)
from keng.delivery.queries.outcomes import PUT_OFF, QUIET_HOURS
from keng.delivery.recipients import OTHER_ACCOUNT
from keng.kit import times

# What is put off for longer than this is no way for something urgent, where there is another. What
# changes or deletes a wrong post waits: no other way does that, and nobody would try it again.
_IS_PUT_OFF = """d.state = 'not_now' AND d.code <> %(quiet)s
      AND d.not_before > now() + interval '10 minutes'
      AND d.earlier_ref IS NULL AND NOT d.deletes_post"""


def _way_of(which: str) -> str:
    """The rows to groups that have a next way, of these dispatches `o`: another account, or a lead.

    What two accounts refuse for what it says would go to and fro between them.
    """
    return f"""WITH tried AS (
  SELECT d.id, d.dispatch_id, d.recipient_ref, {HAS_LEAD_TO_ASK} AS has_lead,
    CASE WHEN d.other_account_at IS NULL THEN ({OTHER_ACCOUNT}) END AS account
  FROM delivery_dispatch o JOIN delivery_delivery d ON d.dispatch_id = o.id
    JOIN network_group g ON g.id = d.recipient_ref
  WHERE {which} AND d.recipient_kind = 'group' AND d.part = 1
    AND (d.state = 'rejected' OR {_IS_PUT_OFF})
    AND {NEVER_BEGAN} AND {IS_STILL_THERE} AND NOT {HAS_TASK}
), way AS (
  SELECT * FROM tried WHERE account IS NOT NULL OR has_lead
)
"""  # noqa: S608 -- our own pieces


# Rows of a dispatch are read by its index; after some hours its missed are for an officer to decide
# on. Not while an officer has asked: the worker does that first.
_URGENT = """o.is_urgent AND o.kind IN ('warning', 'correction', 'recall')
    AND o.materialised_at > now() - interval '3 hours'
    AND (o.expires_at IS NULL OR o.expires_at > now())
    AND (o.resend_asked_at IS NULL OR o.resend_asked_at <= o.resent_at)"""
_FIND = f"""{_way_of(_URGENT)}
SELECT DISTINCT dispatch_id FROM way ORDER BY dispatch_id LIMIT 20
"""  # noqa: S608 -- our own pieces
_WAY = _way_of("o.id = %(dispatch)s")
_HAS_NEXT_WAY = f"{_WAY} SELECT EXISTS (SELECT FROM way)"  # noqa: S608 -- our own pieces
# Its way so far ends, so that it is not posted there hours after another one was taken.
_END_WHAT_IS_PUT_OFF = f"""{_WAY}
UPDATE delivery_delivery d SET state = 'rejected', code = %(put_off)s, settled_at = now()
FROM way WHERE d.id = way.id AND d.state = 'not_now'
"""  # noqa: S608 -- our own pieces
_SEND_BY_OTHER_ACCOUNT = f"{_WAY} {SEND_BY_WAY} AND way.account IS NOT NULL"
_ASK_LEADS = f"{_WAY} {ASK_LEADS_OF_WAY} AND way.account IS NULL ON CONFLICT DO NOTHING"


def take_next_ways() -> int:
    """Send urgent dispatches by the next way to whom they missed; how many dispatches."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, _values(None))
        found = [key for (key,) in cursor.fetchall()]
    return sum(map(_take_next_way, found))


def _values(dispatch_id: uuid.UUID | None) -> dict[str, Any]:
    return missed_values(dispatch_id) | {"quiet": QUIET_HOURS, "put_off": PUT_OFF}


@work()
def _take_next_way(dispatch_id: uuid.UUID) -> int:
    """All of one dispatch in one transaction: killed, nothing of it was done."""
    asked = Q(resend_asked_at__isnull=True) | Q(resend_asked_at__lte=F("resent_at"))
    dispatch = lock(Dispatch.objects.filter(asked, pk=dispatch_id, cancelled_at__isnull=True))
    return sum(_next_way_of(each) for each in dispatch)


def _next_way_of(dispatch: Dispatch) -> int:
    values = _values(dispatch.pk)
    with connection.cursor() as cursor:
        cursor.execute(_HAS_NEXT_WAY, values)
        (has_next,) = cursor.fetchone()
        if not has_next:
            return 0
        cursor.execute(_END_WHAT_IS_PUT_OFF, values)
    dispatch.resend_asked_at = times.now()
    dispatch.save(update_fields=["resend_asked_at"])
    resend_by(dispatch, _ASK_LEADS, _SEND_BY_OTHER_ACCOUNT, values, by_itself=True)
    return 1
