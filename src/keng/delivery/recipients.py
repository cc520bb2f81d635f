"""Who gets a message: the SQL by which an audience becomes rows, for counting and sending alike.

A warning goes to its audience (_CHOSEN), a recall or correction to whoever got the warning
(_EARLIER). Both leave out the subscribers who said stop. Of an audience those `subscribers` who are
`is_digested` had as many warnings this week as they want: they get it in their digest.
"""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.channels.upkeep import RECONNECT
from keng.delivery.fatigue import URGENT_SEVERITY, FatigueBudget
from keng.delivery.models.outbound import THANKS_SOURCE
from keng.kit import times
from keng.network.models import QUIET_FROM, QUIET_TO, SUBSCRIPTION_OF_PLACES_SQL


@dataclass(frozen=True, slots=True)
class RecipientQuery:
    """A WITH query that ends in a table `recipients`, and its values."""

    sql: str
    values: dict[str, Any]


def _new_id_sql(later: str = "0") -> str:
    """UUIDv7 like keng.kit.ids: milliseconds first, then random bits with version and variant set.

    Made so many milliseconds `later`, an expression of ours.
    """
    return (
        "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING "
        f"substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint + {later}) "
        "FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid"
    )


NEW_ID_SQL = _new_id_sql()
# Of recipients in the order of their turn: who has a later turn has a larger id than all before, so
# that each account sends to them later. Within a millisecond ids are in no order.
ID_BY_TURN_SQL = _new_id_sql("r.turn")

# An account of the group's own unit, else of the one above. Never a stranger's: it could not post
# there, and the provider's refusal would stop that account for everybody.
_ACCOUNT_OF_GROUP = """
LEFT JOIN LATERAL (
  SELECT a.id FROM delivery_channelaccount a
  WHERE a.channel = c.channel AND a.is_active AND a.unit_id IN (c.unit_id, u.parent_id)
  ORDER BY a.unit_id = c.unit_id DESC, a.id LIMIT 1
) account ON true"""

# A person who subscribed may be written to from any account of the site, the sending unit's first;
# a chat only from the account that it was begun with.
_ACCOUNT_OF_PERSON = """
LEFT JOIN LATERAL (
  SELECT a.id FROM delivery_channelaccount a
  WHERE a.channel = s.channel AND a.is_active AND (s.account_ref IS NULL OR a.id = s.account_ref)
  ORDER BY a.unit_id = ANY(%(units)s) DESC, a.id LIMIT 1
) account ON true"""

_CHOSEN = f"""
WITH RECURSIVE approved(id, channel, address) AS (
  SELECT * FROM unnest(%(group_ids)s::uuid[], %(group_channels)s::text[],
    %(group_addresses)s::text[])
), below(id) AS (
  SELECT unnest(%(places)s::uuid[])
  UNION
  SELECT p.id FROM places_place p JOIN below b ON p.parent_id = b.id
), around(id) AS (
  -- A person who chose the whole province wants to hear of each of its communes.
  SELECT id FROM below
  UNION
  SELECT p.parent_id FROM places_place p JOIN around a ON p.id = a.id WHERE p.parent_id IS NOT NULL
), candidates AS (
  SELECT g.id, g.name, g.kind, g.channel, g.channel_address, g.unit_id, g.member_count,
    had.week AS recent, had.month,
    NOT %(unlimited)s AND (had.week >= %(week_limit)s OR had.month >= %(month_limit)s) AS is_over
  FROM network_group g CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.id >= %(week)s)::int AS week, count(*)::int AS month
    FROM delivery_delivery d JOIN delivery_dispatch o ON o.id = d.dispatch_id
    WHERE d.recipient_ref = g.id AND d.id >= %(month)s AND d.part = 1 AND o.kind = 'warning'
      AND NOT o.is_urgent AND d.state NOT IN ('cancelled', 'gone', 'rejected')
      -- Thanks have room beside everything else, and keep no warning back.
      AND (%(counts_thanks)s OR o.source_kind <> %(thanks)s)
  ) had
  WHERE g.is_active AND g.unit_id = ANY(%(units)s) AND g.kind = ANY(%(kinds)s)
    AND g.place_id IN (SELECT id FROM below) AND NOT g.id = ANY(%(without)s::uuid[])
    -- Whoever joined or moved since the approval was not approved.
    AND (NOT %(only_approved)s OR (g.id, g.channel::text, g.channel_address::text) IN (
      SELECT id, channel, address FROM approved))
), subscribers AS (
  SELECT s.id, s.channel, account.id AS account_id, s.address_sealed, s.language, s.quiet_from,
    s.quiet_to,
    -- What is over by then would never be read.
    %(lasts)s AND coalesce(s.week_limit, %(subscriber_limit)s) BETWEEN 1 AND had.week
      AS is_digested
  FROM network_subscription s {_ACCOUNT_OF_PERSON} CROSS JOIN LATERAL (
    SELECT count(*)::int AS week
    FROM delivery_delivery d JOIN delivery_dispatch o ON o.id = d.dispatch_id
    WHERE NOT %(unlimited)s AND d.recipient_ref = s.id AND d.id >= %(week)s AND d.part = 1
      AND o.kind = 'warning' AND NOT o.is_urgent
      AND d.state NOT IN ('cancelled', 'gone', 'rejected')
  ) had
  WHERE %(subscribers)s AND s.confirmed_at IS NOT NULL AND s.stopped_at IS NULL
    AND {SUBSCRIPTION_OF_PLACES_SQL.format(s="s")}
    AND s.minimum_severity <= %(severity)s
    AND (s.kinds = '{{}}' OR s.kinds::text[] && %(kinds)s::text[])
    AND EXISTS (SELECT 1 FROM network_subscription_places sp
                WHERE sp.subscription_id = s.id AND sp.place_id IN (SELECT id FROM around))
), recipients AS (
  SELECT 'group' AS recipient_kind, c.id AS recipient_ref, c.kind AS group_kind, c.channel,
    account.id AS account_id, c.channel_address AS address, NULL::bytea AS address_sealed,
    'vi' AS language, c.member_count, quiet.begins AS quiet_from, quiet.ends AS quiet_to, c.recent,
    NULL::uuid AS earlier_ref, 0 AS turn
  -- What a lead passes on lies ready; they are told of it after their own quiet hours.
  FROM candidates c LEFT JOIN LATERAL (
    SELECT %(quiet_from)s::time AS begins, %(quiet_to)s::time AS ends
    WHERE %(quiet)s AND c.channel <> %(hand)s
  ) quiet ON true JOIN places_unit u ON u.id = c.unit_id {_ACCOUNT_OF_GROUP}
  WHERE %(over_limit)s OR NOT c.is_over
  UNION ALL
  SELECT 'subscription', s.id, '', s.channel, s.account_id, '', s.address_sealed, s.language, 1,
    s.quiet_from, s.quiet_to, 0, NULL::uuid, 0
  FROM subscribers s WHERE NOT s.is_digested
)"""  # noqa: S608 -- our own words only; values are bound
# An account that carries something now, and one that does not before a person mends it: all others
# are tried again after minutes (sender.sql.ACCOUNTS).
WORKS = "{a}.is_active AND {a}.circuit_open_since IS NULL"
NEEDS_A_PERSON = (
    "(NOT {a}.is_active"
    " OR {a}.circuit_open_since IS NOT NULL AND position(%(reconnect)s IN {a}.circuit_reason) > 0)"
)
# Another account by which the recipient of an earlier row `d` is reached: for a group as
# _ACCOUNT_OF_GROUP; for a person only where an address is no secret between them and one account.
OTHER_ACCOUNT = f"""
  SELECT a.id FROM delivery_channelaccount a
  WHERE a.channel = d.channel AND a.id IS DISTINCT FROM d.account_id AND {WORKS.format(a="a")}
    AND (d.recipient_kind = 'group' AND EXISTS (
           SELECT FROM network_group g JOIN places_unit u ON u.id = g.unit_id
           WHERE g.id = d.recipient_ref AND a.unit_id IN (u.id, u.parent_id))
         OR d.recipient_kind = 'subscription' AND d.channel = ANY(%(any_account)s))
  ORDER BY a.unit_id = o.unit_id DESC, a.id LIMIT 1"""  # noqa: S608 -- our own words only
ACCOUNT_VALUES = {
    "reconnect": RECONNECT,
    "any_account": channels.codes_where(lambda one: one.can.any_account_reaches),
}
# Of an entry `e`: it waits for a digest, and its dispatch was ended by nothing but this very text.
# Whoever waits for what was stopped never got it, as the owner of a row that had not left.
STILL_WAITS = """e.delivery_ref IS NULL AND e.dispatch_id IN (
        SELECT o.id FROM delivery_dispatch o
        WHERE o.id = ANY(%(dispatches)s::uuid[])
          AND (o.cancelled_at IS NULL OR o.cancelled_at = ANY(%(called_off_at)s::timestamptz[])))"""
# Who got it, or may have: an unknown outcome, a row being sent this moment or at the moment when it
# was called off (its try is settled later than what waited), and a text that lies or lay ready for
# a lead, who can have posted it without saying so. What waited until it was called off for this
# very text counts as waiting.
_EARLIER = f"""
WITH got AS (
  SELECT DISTINCT ON (d.recipient_ref) d.*
  FROM delivery_delivery d
  WHERE (d.dispatch_id = ANY(%(dispatches)s::uuid[]) OR d.id IN (
           SELECT e.delivery_ref FROM delivery_digestentry e
           WHERE e.dispatch_id = ANY(%(dispatches)s::uuid[]) AND e.delivery_ref IS NOT NULL))
    AND d.part = 1
    AND (d.state IN ('leased', 'sent', 'delivered', 'read', 'unknown', 'relayed')
         OR d.state = 'cancelled' AND d.settled_at <> d.called_off_at
         -- Begun at the provider, where it may be seen although it was told to nobody.
         OR d.state IN ('cancelled', 'rejected') AND d.provider_id <> ''
         -- Not a digest: what that names waits for another one.
         OR %(waiting)s AND d.dispatch_id = ANY(%(dispatches)s::uuid[])
           AND (d.state IN ('queued', 'not_now')
                OR d.state = 'cancelled'
                  AND d.called_off_at = ANY(%(called_off_at)s::timestamptz[]))
         OR d.channel = %(hand)s
           AND (d.state = 'queued' OR d.state = 'cancelled' AND d.called_off_at IS NOT NULL)
           AND EXISTS (
           SELECT 1 FROM delivery_relaytask t
           WHERE t.dispatch_id = d.dispatch_id AND t.group_id = d.recipient_ref))
  ORDER BY d.recipient_ref, d.id DESC
), recipients AS (
  SELECT d.recipient_kind, d.recipient_ref, coalesce(g.kind, '') AS group_kind, d.channel,
    -- Of a person by the subscription: the row forgets it in time (actions.pruning).
    account.id AS account_id, d.address, coalesce(d.address_sealed, s.address_sealed)
      AS address_sealed, coalesce(s.language, 'vi') AS language,
    coalesce(g.member_count, 1) AS member_count, NULL::time AS quiet_from, NULL::time AS quiet_to,
    0 AS recent,
    -- What stands there, or will in a moment: the last of them that the provider knows.
    CASE WHEN EXISTS (
      SELECT FROM unnest(%(changing)s::text[], %(changed_at)s::text[]) AS c(channel, address)
      WHERE c.channel = d.channel AND d.address LIKE c.address
    ) THEN (
      SELECT e.id FROM delivery_delivery e
      WHERE e.dispatch_id = ANY(%(dispatches)s::uuid[]) AND e.recipient_ref = d.recipient_ref
        AND e.part = 1 AND e.channel = d.channel AND (e.provider_id <> '' OR e.state = 'leased')
      ORDER BY e.id DESC LIMIT 1) END AS earlier_ref,
    -- First where somebody said that it was passed on: there the wrong text certainly stands. Then
    -- where many read one post, and then who reads for themselves.
    CASE WHEN d.state = 'relayed' OR EXISTS (
      SELECT FROM delivery_relaytask t
      WHERE t.dispatch_id = ANY(%(dispatches)s::uuid[]) AND t.group_id = d.recipient_ref
        AND t.confirmed_at IS NOT NULL
    ) THEN 0 WHEN d.recipient_kind = 'group' THEN 1 ELSE 2 END AS turn
  FROM got d
  LEFT JOIN network_group g ON d.recipient_kind = 'group' AND g.id = d.recipient_ref
  LEFT JOIN network_subscription s ON d.recipient_kind = 'subscription' AND s.id = d.recipient_ref
  JOIN delivery_dispatch o ON o.id = d.dispatch_id
  LEFT JOIN LATERAL (
    -- The one that it came by, unless that carries nothing at present and another one does.
    SELECT coalesce(
      CASE WHEN {WORKS.format(a="own")} THEN own.id ELSE ({OTHER_ACCOUNT}) END,
      CASE WHEN NOT {NEEDS_A_PERSON.format(a="own")} THEN own.id END) AS id
    FROM delivery_channelaccount own WHERE own.id = d.account_id
  ) account ON true
  -- Whoever stopped in the meantime is written to no more, not even to correct.
  WHERE d.recipient_kind <> 'subscription' OR s.stopped_at IS NULL
  UNION ALL
  -- What is urgent now does not wait for a digest.
  SELECT 'subscription', s.id, '', s.channel, account.id, '', s.address_sealed, s.language, 1,
    NULL::time, NULL::time, 0, NULL::uuid, 2
  FROM (
    SELECT DISTINCT e.subscription_id FROM delivery_digestentry e
    WHERE %(reaches_digests)s AND {STILL_WAITS}
      AND e.subscription_id NOT IN (SELECT recipient_ref FROM got)
  ) waits
  JOIN network_subscription s ON s.id = waits.subscription_id AND s.stopped_at IS NULL
  {_ACCOUNT_OF_PERSON}
)"""  # noqa: S608 -- our own words only; values are bound

# Of a recipient `r`: with %(urgent)s, whether the dispatch is.
UNREACHED = "r.account_id IS NULL AND r.channel <> %(hand)s"
# The hour in Vietnam, and when the person's quiet time ends; urgent things do not wait for it.
_NOW_IN_VIETNAM = "(now() AT TIME ZONE INTERVAL '+07:00')"
_IS_QUIET = (
    f"CASE WHEN r.quiet_from <= r.quiet_to "
    f"THEN {_NOW_IN_VIETNAM}::time >= r.quiet_from AND {_NOW_IN_VIETNAM}::time < r.quiet_to "
    f"ELSE {_NOW_IN_VIETNAM}::time >= r.quiet_from OR {_NOW_IN_VIETNAM}::time < r.quiet_to END"
)
# Not "queued", which every lease reads from its beginning: the sender wakes them (sender.sql.WAKE).
WAITS = f"NOT %(urgent)s AND r.quiet_from IS NOT NULL AND r.quiet_to IS NOT NULL AND ({_IS_QUIET})"
NOT_BEFORE = (
    f"CASE WHEN {WAITS} THEN ({_NOW_IN_VIETNAM}::date + r.quiet_to "
    f"+ CASE WHEN r.quiet_to <= {_NOW_IN_VIETNAM}::time THEN INTERVAL '1 day' ELSE INTERVAL '0' END"
    ") AT TIME ZONE INTERVAL '+07:00' ELSE now() END"
)


def chosen_recipients(
    *,
    units: list[uuid.UUID],
    places: list[uuid.UUID],
    kinds: list[str],
    without: list[uuid.UUID],
    subscribers: bool,
    severity: int,
    budget: FatigueBudget,
    subscriber_limit: int,
    lasts_until_digest: bool,
    over_limit: bool,
    approved: Sequence[tuple[uuid.UUID, str, str]] | None,
    is_thanks: bool = False,
) -> RecipientQuery:
    """Active groups by place and kind, and confirmed subscribers of the same places.

    With `approved` no group but these, each on its channel under its address. Thanks wait in groups
    for the morning, and earlier thanks count against a group's number of warnings for them.
    """
    return RecipientQuery(
        _CHOSEN,
        {
            "units": units,
            "places": places,
            "kinds": kinds,
            "without": without,
            "subscribers": subscribers,
            "severity": severity,
            "unlimited": severity >= URGENT_SEVERITY,
            "week_limit": budget.week,
            "month_limit": budget.month,
            "subscriber_limit": subscriber_limit,
            "lasts": lasts_until_digest,
            "over_limit": over_limit,
            "hand": BY_HAND,
            "quiet": is_thanks,
            "counts_thanks": is_thanks,
            "thanks": THANKS_SOURCE,
            "quiet_from": QUIET_FROM,
            "quiet_to": QUIET_TO,
            "only_approved": approved is not None,
            "group_ids": [key for key, _channel, _address in approved or ()],
            "group_channels": [channel for _key, channel, _address in approved or ()],
            "group_addresses": [address for _key, _channel, address in approved or ()],
            "week": first_id_since(times.now() - datetime.timedelta(days=7)),
            "month": first_id_since(times.now() - datetime.timedelta(days=30)),
        },
    )


def earlier_recipients(
    dispatches: list[uuid.UUID],
    *,
    waiting: bool,
    called_off_at: list[datetime.datetime],
    reaches_digests: bool,
) -> RecipientQuery:
    """Whoever got one of these dispatches or may have, once each.

    With `waiting` also whoever still waits for it, or did so when it was called off at one of these
    moments; with `reaches_digests` also those for whom it waits for their weekly digest.
    """
    changing = channels.codes_where(lambda channel: bool(channel.can.changes_posts_at))
    values = {
        "dispatches": dispatches,
        "waiting": waiting,
        "called_off_at": called_off_at,
        "reaches_digests": reaches_digests,
        "units": [],
        "hand": BY_HAND,
        "changing": changing,
        "changed_at": [channels.get_channel(code).can.changes_posts_at for code in changing],
        **ACCOUNT_VALUES,
    }
    return RecipientQuery(_EARLIER, values)


def first_id_since(moment: datetime.datetime) -> uuid.UUID:
    """The smallest UUIDv7 of a moment, so that "of the last week" is a range of the key."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
