"""Whose chat is open, as far as we know: before sending, at what cost and to whom it arrives.

A channel may be open for some days after a person's last word and charge for the later of them.
When somebody last wrote is not kept, since most of what is written is a report. So it counts from
when they asked for warnings there, or chose the chat as a lead, and a chat is closed once the
channel refused it (docs/decisions/0049-when-a-chat-is-open.md).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.delivery.credentials import given_settings
from keng.delivery.models import ChannelAccount, Delivery
from keng.delivery.recipients import RecipientQuery
from keng.kit import times

FEWEST_PEOPLE = 20
"""Of fewer, nothing is told: who leaves out all groups but one must not read of one person."""
STEP = 10
"""In such steps it is told, so that two looks that differ by one person say nothing of them."""
# Channels with such a time, and since when somebody asked there who is written to without a charge.
WINDOWS_SQL = """unnest(%(windowed)s::text[], %(free_since)s::timestamptz[])
  AS w (channel, free_since)"""
# A row that was refused waits for the next word; with it, it is sent and is no such row any more.
IS_CLOSED = """(w.channel IS NOT NULL AND EXISTS (
  SELECT FROM delivery_delivery d WHERE d.recipient_ref = s.id AND d.state = 'not_now'
    AND d.code = ANY(%(closed_codes)s)))"""
_OF_SUBSCRIBERS = f"""
SELECT r.account_id,
  count(*) FILTER (WHERE s.asked_at >= w.free_since AND NOT {IS_CLOSED}),
  count(*) FILTER (WHERE s.asked_at < w.free_since AND NOT {IS_CLOSED}),
  count(*) FILTER (WHERE {IS_CLOSED})
FROM recipients r JOIN network_subscription s
  ON r.recipient_kind = 'subscription' AND s.id = r.recipient_ref
JOIN {WINDOWS_SQL} ON w.channel = s.channel
GROUP BY 1 ORDER BY 1
"""  # noqa: S608 -- our own pieces
# A lead's refused row is settled, as an officer tells them: the newest one says how it is.
_OF_LEADS = f"""
SELECT ways.account_ref,
  count(*) FILTER (WHERE ways.confirmed_at >= w.free_since AND NOT ways.is_closed),
  count(*) FILTER (WHERE ways.confirmed_at < w.free_since AND NOT ways.is_closed),
  count(*) FILTER (WHERE ways.is_closed)
FROM (
  SELECT DISTINCT way.lead_id, way.account_ref, way.channel, way.confirmed_at,
    coalesce((SELECT d.code = ANY(%(closed_codes)s) FROM delivery_delivery d
              WHERE d.recipient_ref = way.lead_id AND d.recipient_kind = %(lead)s
                AND d.created_at > way.confirmed_at AND d.state IN ('sent', 'rejected')
              ORDER BY d.id DESC LIMIT 1), false) AS is_closed
  FROM recipients r
  JOIN network_lead_groups lg ON r.channel = %(hand)s AND lg.group_id = r.recipient_ref
  JOIN network_lead l ON l.id = lg.lead_id AND l.stopped_at IS NULL
  JOIN network_leadway way ON way.lead_id = l.id AND way.confirmed_at IS NOT NULL
    AND way.gone_at IS NULL
) ways JOIN {WINDOWS_SQL} ON w.channel = ways.channel
GROUP BY 1 ORDER BY 1
"""  # noqa: S608 -- our own pieces


@dataclass(frozen=True, slots=True)
class ChatWindows:
    """Subscribers, and leads who are to post it, of channels that are open for a time.

    Each number is rounded down to STEP, and 0 where they are fewer than FEWEST_PEOPLE together.
    """

    free: int = 0
    charged: int = 0
    """Each of them costs, or may; whoever has not written lately is not reached."""
    charge: int | None = 0
    """Of all those in đồng, rounded up; None where an account has no price."""
    closed: int = 0
    """Subscribers whom it reaches once they write. They are tried all the same."""
    closed_leads: int = 0
    """Leads whom an officer has to tell."""

    def __bool__(self) -> bool:
        return bool(self.free or self.charged or self.closed or self.closed_leads)


def windows_values() -> dict[str, Any]:
    """What WINDOWS_SQL and IS_CLOSED ask for, as it is now."""
    now = times.now()
    windows = [
        (code, free_for, can.closed_codes)
        for code in channels.channel_codes()
        if (can := channels.get_channel(code).can).open_for
        and (free_for := can.free_for or can.open_for)
    ]
    return {
        "windowed": [code for code, _free_for, _codes in windows],
        "free_since": [now - free_for for _code, free_for, _codes in windows],
        "closed_codes": sorted({code for _code, _free_for, codes in windows for code in codes}),
    }


def chat_windows(query: RecipientQuery) -> ChatWindows:
    """Of those whom it would go to."""
    values = {
        **query.values,
        **windows_values(),
        "hand": BY_HAND,
        "lead": Delivery.RecipientKind.LEAD,
    }
    with connection.cursor() as cursor:
        # Our own words only; values are bound.
        cursor.execute(f"{query.sql} {_OF_SUBSCRIBERS}", values)
        subscribers = cursor.fetchall()
        cursor.execute(f"{query.sql} {_OF_LEADS}", values)
        leads = cursor.fetchall()
    everybody = [*subscribers, *leads]
    if sum(free + charged + closed for _account, free, charged, closed in everybody) < (
        FEWEST_PEOPLE
    ):
        return ChatWindows()
    charged_by_account: dict[uuid.UUID, int] = {}
    for account, _free, count, _closed in everybody:
        if account and count:
            charged_by_account[account] = charged_by_account.get(account, 0) + count
    return ChatWindows(
        free=_in_steps(sum(row[1] for row in everybody)),
        charged=_in_steps(sum(row[2] for row in everybody)),
        charge=_charge(charged_by_account),
        closed=_in_steps(sum(row[3] for row in subscribers)),
        closed_leads=_in_steps(sum(row[3] for row in leads)),
    )


def _in_steps(count: int) -> int:
    return count - count % STEP


def _charge(charged: Mapping[uuid.UUID, int]) -> int | None:
    total = 0
    for account in ChannelAccount.objects.filter(pk__in=charged):
        price = channels.get_channel(account.channel).facts.price_when_charged
        each = price(given_settings(account)) if price else None
        if each is None:
            return None
        # Up by the same steps as the numbers go down: it says no more than they do.
        total += each * (_in_steps(charged[account.pk]) + STEP)
    return total
