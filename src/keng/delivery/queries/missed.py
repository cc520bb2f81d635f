"""Who was missed by a dispatch, why, and what the next best way to them is."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.channels.by_hand import BY_HAND
from keng.delivery import recipients
from keng.delivery.audience import channel_labels
from keng.delivery.models import Dispatch
from keng.delivery.models.relay import CLOSING_REASONS
from keng.delivery.queries.outcomes import PUT_OFF, reason_words
from keng.network.models import GroupKind

# Of a row `d` of the dispatch `o`, to the group `g`. Only what certainly never began at the
# provider is sent again, to whom it was approved for, where it was approved to be posted, and while
# it is worth something.
NEVER_BEGAN = """d.provider_id = '' AND d.code <> 'expired'
    AND d.called_off_at IS NULL AND o.cancelled_at IS NULL
    AND (d.expires_at IS NULL OR d.expires_at > now())"""
IS_STILL_THERE = "g.is_active AND g.channel = d.channel AND g.channel_address = d.address"
_MAY_GO_AGAIN = f"""d.state = 'rejected' AND {NEVER_BEGAN}
    AND (g.id IS NOT NULL AND {IS_STILL_THERE} OR s.id IS NOT NULL AND s.stopped_at IS NULL)"""
# Whoever was asked once is not asked again, whatever they answered.
HAS_LEAD_TO_ASK = """EXISTS (
    SELECT FROM network_lead_groups lg JOIN network_lead l ON l.id = lg.lead_id
    WHERE lg.group_id = d.recipient_ref AND l.stopped_at IS NULL AND NOT EXISTS (
      SELECT FROM delivery_relaytask t
      WHERE t.dispatch_id = d.dispatch_id AND t.group_id = d.recipient_ref AND t.lead_id = l.id))"""
HAS_TASK = """EXISTS (
    SELECT FROM delivery_relaytask t JOIN network_lead l ON l.id = t.lead_id
    WHERE t.dispatch_id = d.dispatch_id AND t.group_id = d.recipient_ref
      AND l.stopped_at IS NULL AND t.cannot_reason <> ALL(%(closing)s))"""
MISSED = f"""
WITH missed AS (
  SELECT d.id, d.recipient_kind, d.recipient_ref, d.channel, d.state, d.code, g.kind, g.place_id,
    {_MAY_GO_AGAIN} AS may_go_again,
    {HAS_TASK} AS has_task, g.id IS NOT NULL AND {HAS_LEAD_TO_ASK} AS has_lead,
    coalesce(
      CASE WHEN {recipients.WORKS.format(a="own")} AND d.code <> '{PUT_OFF}' THEN own.id END,
      ({recipients.OTHER_ACCOUNT}),
      (SELECT a.id FROM delivery_channelaccount a
       WHERE a.id = s.account_ref AND a.channel = d.channel
         AND {recipients.WORKS.format(a="a")})) AS account
  FROM delivery_delivery d JOIN delivery_dispatch o ON o.id = d.dispatch_id
  LEFT JOIN delivery_channelaccount own ON own.id = d.account_id
  LEFT JOIN network_group g ON d.recipient_kind = 'group' AND g.id = d.recipient_ref
  LEFT JOIN network_subscription s ON d.recipient_kind = 'subscription' AND s.id = d.recipient_ref
  WHERE d.dispatch_id = %(dispatch)s AND d.part = 1
    AND (d.state IN ('rejected', 'gone', 'unknown') OR d.channel = %(hand)s AND d.state = 'queued')
), way AS (
  SELECT missed.*, CASE
    WHEN has_task THEN 'asked'
    WHEN may_go_again AND account IS NOT NULL THEN 'again'
    WHEN may_go_again AND has_lead THEN 'lead'
    WHEN state = 'unknown' THEN 'unknown'
    WHEN recipient_kind = 'group' THEN 'officer'
    ELSE 'none' END AS next
  FROM missed WHERE channel <> %(hand)s OR NOT has_task
)
"""  # noqa: S608 -- our own pieces

NEXT_WAYS = {
    "again": gettext_lazy("Send again: an account works now"),
    "lead": gettext_lazy("Its lead can pass it on: asked when you send again"),
    "asked": gettext_lazy("Its lead has been asked to pass it on"),
    "unknown": gettext_lazy("May have arrived: ask there before sending again"),
    "officer": gettext_lazy("An officer posts it there, or enters a lead"),
    "none": gettext_lazy("No other way: this person subscribed to nothing else"),
}


@dataclass(frozen=True, slots=True)
class MissedLine:
    """Recipients of one place, kind and channel who were missed for one reason."""

    place: str
    kind: str
    channel: str
    reason: str
    next: str
    count: int

    @property
    def next_words(self) -> str:
        return str(NEXT_WAYS[self.next])


def missed_values(dispatch_id: uuid.UUID | None) -> dict[str, Any]:
    """What MISSED is asked with."""
    return recipients.ACCOUNT_VALUES | {
        "dispatch": dispatch_id,
        "hand": BY_HAND,
        "closing": list(CLOSING_REASONS),
    }


def missed_by(dispatch: Dispatch) -> list[MissedLine]:
    """Lines that add up to everybody who was missed, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound.
            f"{MISSED} SELECT coalesce(p.full_name, ''), coalesce(way.kind, ''), way.channel, "  # noqa: S608
            "way.state, way.code, way.next, count(*)::int FROM way "
            "LEFT JOIN places_place p ON p.id = way.place_id "
            "GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 7 DESC, 1, 2, 3, 4, 5",
            missed_values(dispatch.pk),
        )
        return list(_lines(cursor.fetchall()))


def _lines(rows: list[Any]) -> Iterator[MissedLine]:
    labels = channel_labels()
    for place, kind, channel, state, code, way, count in rows:
        yield MissedLine(
            place,
            str(GroupKind(kind).label) if kind else _("People who subscribed"),
            labels.get(channel, channel),
            _("nobody there to post it") if channel == BY_HAND else reason_words(state, code),
            way,
            count,
        )


def count_to_resend(lines: list[MissedLine]) -> int:
    """How many of them sending again would reach, by machine or by their leads."""
    return sum(line.count for line in lines if line.next in {"again", "lead"})
