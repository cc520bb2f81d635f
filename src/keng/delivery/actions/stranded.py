"""Corrections and recalls that wait for an account which carries nothing any more.

Rows that are made while it is so get another account at once (recipients). Here are those whose
account was switched off, removed or stopped afterwards: a wrong text stands with somebody, so they
do not wait for whoever mends it. Another account that reaches the same recipient takes them; else
they end with the reason `no_account`, and leads of such a group are asked to pass it on.
"""

import uuid
from typing import Any

from django.db import connection

from keng.acts.work import work
from keng.delivery import recipients
from keng.delivery.priorities import REPLACES_A_TEXT, Priority

_AT_ONCE = 5000
# An account that stopped is tried again every five minutes: after so long that is no hope.
_HOPED_FOR = "interval '1 hour'"

# By account and dispatch, with whether its rows have waited long enough. Asked of the few accounts
# that do not work, by the index from which a sender leases.
_WHERE_STRANDED = f"""
WITH stopped AS (
  SELECT a.id, a.id = %(leaving)s OR {recipients.NEEDS_A_PERSON.format(a="a")} AS needs_a_person
  FROM delivery_channelaccount a
  WHERE a.id = %(leaving)s OR NOT ({recipients.WORKS.format(a="a")})
), stranded AS (
  SELECT s.id AS account, s.needs_a_person, d.dispatch_id AS dispatch, min(d.created_at) AS since
  FROM stopped s JOIN delivery_delivery d ON d.account_id = s.id
    JOIN delivery_dispatch o ON o.id = d.dispatch_id
  WHERE d.priority = %(priority)s AND d.state IN ('queued', 'not_now') AND o.kind = ANY(%(kinds)s)
  GROUP BY 1, 2, 3
)
SELECT account, dispatch, needs_a_person OR since < now() - {_HOPED_FOR} AND NOT EXISTS (
  SELECT FROM delivery_delivery d
  WHERE d.dispatch_id = dispatch AND d.account_id = account
    AND d.settled_at > now() - {_HOPED_FOR})
FROM stranded
"""  # noqa: S608 -- our own pieces

_MOVE_OR_END = f"""
WITH held AS (
  SELECT d.id, ({recipients.OTHER_ACCOUNT}) AS other
  FROM delivery_delivery d JOIN delivery_dispatch o ON o.id = d.dispatch_id
  WHERE d.dispatch_id = %(dispatch)s AND d.account_id = %(account)s
    AND d.state IN ('queued', 'not_now') AND d.called_off_at IS NULL
  ORDER BY d.id LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED
)
UPDATE delivery_delivery d
SET account_id = coalesce(held.other, d.account_id),
    state = CASE WHEN held.other IS NULL THEN 'rejected' ELSE d.state END,
    code = CASE WHEN held.other IS NULL THEN 'no_account' ELSE d.code END,
    settled_at = CASE WHEN held.other IS NULL THEN now() END
FROM held WHERE d.id = held.id AND (held.other IS NOT NULL OR %(ends)s)
"""  # noqa: S608 -- our own pieces

_ASK_LEADS = f"""
INSERT INTO delivery_relaytask (id, dispatch_id, lead_id, group_id)
SELECT {recipients.NEW_ID_SQL}, d.dispatch_id, l.id, d.recipient_ref
FROM delivery_delivery d JOIN network_lead_groups lg ON lg.group_id = d.recipient_ref
  JOIN network_lead l ON l.id = lg.lead_id
WHERE d.dispatch_id = %(dispatch)s AND d.recipient_kind = 'group'
  AND d.state = 'rejected' AND d.code = 'no_account' AND l.stopped_at IS NULL
ON CONFLICT DO NOTHING
"""  # noqa: S608 -- our own pieces


@work()
def rescue_stranded_rows() -> int:
    """One portion; how many rows another account has now, or ended."""
    return rescue_rows()


def rescue_rows(*, leaving: uuid.UUID | None = None) -> int:
    """The same in the caller's transaction; `leaving` is an account that works no more after it."""
    values: dict[str, Any] = recipients.ACCOUNT_VALUES | {
        "leaving": leaving,
        "priority": Priority.CORRECTION,
        "kinds": list(REPLACES_A_TEXT),
        "most": _AT_ONCE,
    }
    moved = 0
    with connection.cursor() as cursor:
        cursor.execute(_WHERE_STRANDED, values)
        for account, dispatch, ends in cursor.fetchall():
            row = values | {"account": account, "dispatch": dispatch, "ends": bool(ends)}
            cursor.execute(_MOVE_OR_END, row)
            moved += cursor.rowcount
            if ends:
                ask_leads_instead(cursor, dispatch)
        if moved:
            cursor.execute("SELECT pg_notify('keng_delivery', '')")
    return moved


def ask_leads_instead(cursor: Any, dispatch_id: uuid.UUID) -> int:
    """A task for each lead of a group that no account reaches; how many."""
    cursor.execute(_ASK_LEADS, {"dispatch": dispatch_id})
    count: int = cursor.rowcount
    return count
