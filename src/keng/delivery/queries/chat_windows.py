"""Whose chat is open, as far as we know: before sending, at what cost and to whom it arrives.

A channel may be open for some days after a person's last word and charge for the later of them. We
keep the day of that word and no hour (docs/decisions/0049-the-day-of-the-last-word.md): where the
hour would decide, a message counts as charged, and a chat as closed.
"""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.delivery.credentials import given_settings
from keng.delivery.models import ChannelAccount
from keng.delivery.recipients import RecipientQuery
from keng.kit import times

_DAY = datetime.timedelta(days=1)
# Channels with such a time, and of each the first day of which a word still counts.
WINDOWS_SQL = """unnest(%(windowed)s::text[], %(free_since)s::date[], %(open_since)s::date[])
  AS w (channel, free_since, open_since)"""
# Whoever wrote on no day that we know is not called closed for it, only after a refusal.
_OF_SUBSCRIBERS = f"""
SELECT r.account_id,
  count(*) FILTER (WHERE s.wrote_on >= w.free_since),
  count(*) FILTER (WHERE s.wrote_on >= w.open_since AND s.wrote_on < w.free_since),
  count(*) FILTER (WHERE CASE WHEN s.wrote_on IS NOT NULL THEN s.wrote_on < w.open_since ELSE
    EXISTS (SELECT FROM delivery_delivery d WHERE d.recipient_ref = s.id AND d.state = 'not_now'
            AND d.code = ANY(%(closed_codes)s)) END)
FROM recipients r JOIN network_subscription s
  ON r.recipient_kind = 'subscription' AND s.id = r.recipient_ref
JOIN {WINDOWS_SQL} ON w.channel = s.channel
GROUP BY 1 ORDER BY 1
"""  # noqa: S608 -- our own pieces
_OF_LEADS = f"""
SELECT told.account_ref,
  count(*) FILTER (WHERE told.wrote_on >= w.free_since),
  count(*) FILTER (WHERE told.wrote_on >= w.open_since AND told.wrote_on < w.free_since),
  count(*) FILTER (WHERE told.wrote_on < w.open_since)
FROM (
  SELECT DISTINCT way.lead_id, way.account_ref, way.channel, way.wrote_on
  FROM recipients r
  JOIN network_lead_groups lg ON r.channel = %(hand)s AND lg.group_id = r.recipient_ref
  JOIN network_lead l ON l.id = lg.lead_id AND l.stopped_at IS NULL
  JOIN network_leadway way ON way.lead_id = l.id AND way.confirmed_at IS NOT NULL
    AND way.gone_at IS NULL
) told JOIN {WINDOWS_SQL} ON w.channel = told.channel
GROUP BY 1 ORDER BY 1
"""  # noqa: S608 -- our own pieces


@dataclass(frozen=True, slots=True)
class ChatWindows:
    """Subscribers, and leads who are to post it, of channels that are open for a time."""

    free: int = 0
    charged: int = 0
    """Each of them costs, or may."""
    dong: int | None = 0
    """All of those; None where no price was entered for one of the accounts."""
    closed: int = 0
    """Subscribers whom it reaches once they write. They are tried all the same."""
    closed_leads: int = 0
    """Leads whom an officer has to tell."""

    def __bool__(self) -> bool:
        return bool(self.free or self.charged or self.closed or self.closed_leads)


def windows_values() -> dict[str, Any]:
    """What WINDOWS_SQL asks for, as it is today."""
    windowed = channels.codes_where(lambda one: one.can.open_for is not None)
    tomorrow = times.local_date(times.now()) + _DAY
    able = [channels.get_channel(code).can for code in windowed]
    codes = {code for can in able for code in can.closed_codes}
    return {
        "windowed": windowed,
        "open_since": [tomorrow - can.open_for for can in able if can.open_for],
        "free_since": [tomorrow - (can.free_for or can.open_for or _DAY) for can in able],
        "closed_codes": sorted(codes),
    }


def chat_windows(query: RecipientQuery) -> ChatWindows:
    """Of those whom it would go to."""
    values = {**query.values, **windows_values(), "hand": BY_HAND}
    with connection.cursor() as cursor:
        # Our own words only; values are bound.
        cursor.execute(f"{query.sql} {_OF_SUBSCRIBERS}", values)
        subscribers = cursor.fetchall()
        cursor.execute(f"{query.sql} {_OF_LEADS}", values)
        leads = cursor.fetchall()
    charged: dict[uuid.UUID, int] = {}
    for account, _free, count, _closed in (*subscribers, *leads):
        if account and count:
            charged[account] = charged.get(account, 0) + count
    return ChatWindows(
        free=sum(row[1] for row in (*subscribers, *leads)),
        charged=sum(row[2] for row in (*subscribers, *leads)),
        dong=_cost(charged),
        closed=sum(row[3] for row in subscribers),
        closed_leads=sum(row[3] for row in leads),
    )


def _cost(charged: Mapping[uuid.UUID, int]) -> int | None:
    total = 0
    for account in ChannelAccount.objects.filter(pk__in=charged):
        price = channels.get_channel(account.channel).facts.price_when_charged
        each = price(given_settings(account)) if price else None
        if each is None:
            return None
        total += each * charged[account.pk]
    return total
