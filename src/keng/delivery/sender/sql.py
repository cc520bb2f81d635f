"""The sender's statements. Each is one round trip and part of one short transaction."""

# An account whose provider asked for a pause has its bucket in the future.
_OPEN = """open AS (
  SELECT a.id, wish.count, a.rate_per_minute
  FROM unnest(%(accounts)s::uuid[], %(counts)s::int[]) AS wish (id, count)
  JOIN delivery_channelaccount a ON a.id = wish.id
  WHERE a.bucket_at <= clock_timestamp() + interval '500 ms'
)"""
_IS_DUE = """state = 'queued' AND not_before <= now()
      AND (expires_at IS NULL OR expires_at > now())"""
# The lowest priority number first; on one rung, unit by unit, the oldest.
_IN_ORDER = f"""{_OPEN}, due AS MATERIALIZED (
  SELECT found.id, open.id AS account,
    row_number() OVER (PARTITION BY open.id ORDER BY found.priority, found.unit_ref, found.id)
      AS place
  FROM open CROSS JOIN LATERAL (
    SELECT id, priority, unit_ref FROM delivery_delivery
    WHERE account_id = open.id AND {_IS_DUE}
    ORDER BY priority, unit_ref, id LIMIT open.count FOR UPDATE SKIP LOCKED
  ) AS found
)"""  # noqa: S608 -- our own pieces
# Where several units wait on one rung: what stands above it, then of each unit its share of the
# room, who is first in turn one more where it does not go evenly; and what they leave to others.
_BY_TURNS = f"""{_OPEN}, shared AS (
  SELECT account, rung, unit,
    row_number() OVER (PARTITION BY account ORDER BY given) - 1 AS turn,
    count(*) OVER (PARTITION BY account) AS units
  FROM unnest(%(shared)s::uuid[], %(rungs)s::smallint[], %(units)s::uuid[])
    WITH ORDINALITY AS one (account, rung, unit, given)
), rung_of AS (
  SELECT DISTINCT account, rung FROM shared
), above AS MATERIALIZED (
  SELECT found.id, found.priority, open.id AS account, 0::bigint AS nth, 0::bigint AS turn
  FROM open LEFT JOIN rung_of ON rung_of.account = open.id CROSS JOIN LATERAL (
    SELECT id, priority FROM delivery_delivery
    WHERE account_id = open.id AND {_IS_DUE} AND priority < coalesce(rung_of.rung, 32767)
    ORDER BY priority, unit_ref, id LIMIT open.count FOR UPDATE SKIP LOCKED
  ) AS found
), room AS MATERIALIZED (
  SELECT open.id, open.count - (SELECT count(*) FROM above WHERE above.account = open.id) AS count
  FROM open
), turns AS MATERIALIZED (
  SELECT found.id, found.priority, room.id AS account,
    row_number() OVER (PARTITION BY room.id, shared.unit ORDER BY found.id) AS nth, shared.turn
  FROM room JOIN shared ON shared.account = room.id CROSS JOIN LATERAL (
    SELECT id, priority FROM delivery_delivery
    WHERE account_id = room.id AND {_IS_DUE} AND priority = shared.rung AND unit_ref = shared.unit
    ORDER BY id LIMIT (room.count + shared.units - 1 - shared.turn) / shared.units
    FOR UPDATE SKIP LOCKED
  ) AS found
), left_over AS MATERIALIZED (
  SELECT found.id, found.priority, room.id AS account, 1000 AS nth, 0::bigint AS turn
  FROM room JOIN rung_of ON rung_of.account = room.id CROSS JOIN LATERAL (
    SELECT id, priority FROM delivery_delivery
    WHERE account_id = room.id AND {_IS_DUE} AND priority >= rung_of.rung
      AND id NOT IN (SELECT turns.id FROM turns)
    ORDER BY priority, unit_ref, id
    LIMIT room.count - (SELECT count(*) FROM turns WHERE turns.account = room.id)
    FOR UPDATE SKIP LOCKED
  ) AS found
), due AS MATERIALIZED (
  SELECT id, account,
    row_number() OVER (PARTITION BY account ORDER BY priority, nth, turn, id) AS place
  FROM (TABLE above UNION ALL TABLE turns UNION ALL TABLE left_over) AS one
)"""  # noqa: S608 -- our own pieces
# At a limited rate every row gets its own moment, one after the other over all senders, so that no
# second holds too many.
_TAKE = """, paced AS (
  UPDATE delivery_channelaccount AS a
  SET bucket_at = greatest(bucket_at, clock_timestamp())
                  + taken.count * (interval '60 seconds' / rate_per_minute)
  FROM (SELECT account, count(*) AS count FROM due GROUP BY account) AS taken
  WHERE a.id = taken.account AND rate_per_minute > 0
  RETURNING a.id, bucket_at AS last, taken.count, interval '60 seconds' / rate_per_minute AS apart
)
UPDATE delivery_delivery AS d
SET state = 'leased', leased_by = %(sender)s, attempts = d.attempts + 1,
    leased_until = clock_timestamp() + %(lease)s * interval '1 second'
FROM due LEFT JOIN paced ON paced.id = due.account
WHERE d.id = due.id
RETURNING d.id, d.account_id, d.recipient_kind, d.recipient_ref, d.text_id, d.text_sealed,
  d.address, d.address_sealed, d.is_urgent, d.priority, d.attempts, d.expires_at,
  coalesce(extract(epoch FROM paced.last - paced.apart * (paced.count - due.place + 1)
    - clock_timestamp()), 0)::float8,
  CASE WHEN d.recipient_kind = 'subscription' THEN
    (SELECT s.link_secret FROM network_subscription s WHERE s.id = d.recipient_ref)
  WHEN d.recipient_kind = 'lead' THEN
    (SELECT w.link_secret FROM network_leadway w WHERE w.lead_id = d.recipient_ref) END,
  d.provider_id,
  CASE WHEN d.earlier_ref IS NULL THEN '' ELSE (
    -- A change whose end nobody knows was one of the post before it.
    SELECT coalesce(nullif(e.provider_id, ''), before.provider_id, '')
    FROM delivery_delivery e LEFT JOIN delivery_delivery before ON before.id = e.earlier_ref
    WHERE e.id = d.earlier_ref) END,
  EXISTS (SELECT FROM delivery_delivery e WHERE e.id = d.earlier_ref AND e.state = 'leased'),
  d.deletes_post, d.unit_ref, due.place,
  CASE WHEN d.recipient_kind = 'conversation' THEN
    (SELECT c.last_inbound_at FROM delivery_conversation c WHERE c.id = d.recipient_ref) END
"""
LEASE = f"WITH {_IN_ORDER}{_TAKE}"
LEASE_BY_TURNS = f"WITH {_BY_TURNS}{_TAKE}"

# On which rungs of an account rows are due, and whose: one step of the index from unit to unit.
WHO_WAITS = f"""
WITH RECURSIVE waiting AS (
  SELECT a.id AS account, first.priority, first.unit_ref
  FROM unnest(%(accounts)s::uuid[]) AS a (id) CROSS JOIN LATERAL (
    SELECT priority, unit_ref FROM delivery_delivery
    WHERE state = 'queued' AND account_id = a.id ORDER BY priority, unit_ref LIMIT 1) AS first
  UNION ALL
  SELECT waiting.account, next.priority, next.unit_ref
  FROM waiting CROSS JOIN LATERAL (
    SELECT priority, unit_ref FROM delivery_delivery
    WHERE state = 'queued' AND account_id = waiting.account
      AND (priority, unit_ref) > (waiting.priority, waiting.unit_ref)
    ORDER BY priority, unit_ref LIMIT 1) AS next
)
SELECT w.account, w.priority, w.unit_ref FROM waiting w
WHERE EXISTS (
  SELECT FROM delivery_delivery
  WHERE account_id = w.account AND priority = w.priority AND unit_ref = w.unit_ref AND {_IS_DUE})
ORDER BY 1, 2, 3
"""  # noqa: S608 -- our own pieces

# A person alone is forgotten with the end of the row, whatever the end was: where they are written
# to, and what was sealed for them (it may hold a link that leads to a code). Who looked something
# up has no other row either, so the provider's number of the message goes, too.
_PERSON = "d.recipient_kind IN ('conversation', 'asker', 'lead')"


def _forget_person_sql(ended: str) -> str:
    return ", ".join(
        f"{column} = CASE WHEN {_PERSON} AND ({ended}) THEN NULL ELSE d.{column} END"
        for column in ("address_sealed", "text_sealed")
    )


# A late outcome still settles its row, unless the row has been leased to somebody else since.
# What was called off while it was being sent is not sent another time; nor what was forgotten when
# nobody knew how it had ended: there is no address any more.
_HAS_ENDED = f"""told.wait IS NULL OR d.called_off_at IS NOT NULL
    OR {_PERSON} AND d.address_sealed IS NULL"""
RECORD = f"""
WITH told AS (
  SELECT * FROM unnest(
    %(ids)b::uuid[], %(states)s::text[], %(outcomes)s::text[], %(provider_ids)s::text[],
    %(codes)s::text[], %(waits)s::float8[], %(times)s::int[], %(statuses)s::smallint[],
    %(uncounted)s::smallint[]
  ) AS t (id, state, outcome, provider_id, code, wait, milliseconds, http_status, uncounted)
), tried AS (
  INSERT INTO delivery_attempt (delivery_ref, outcome, code, http_status, milliseconds)
  SELECT id, outcome, code, http_status, milliseconds FROM told
)
UPDATE delivery_delivery AS d
SET state = CASE WHEN told.wait IS NULL THEN told.state
                 WHEN d.called_off_at IS NOT NULL THEN 'cancelled'
                 WHEN {_HAS_ENDED} THEN 'rejected' ELSE told.state END,
    -- What has begun there is known by its name until another one is.
    provider_id = CASE WHEN d.recipient_kind = 'asker' THEN ''
                       ELSE coalesce(nullif(told.provider_id, ''), d.provider_id) END,
    {_forget_person_sql(_HAS_ENDED)}, code = told.code, attempts = d.attempts - told.uncounted,
    leased_by = NULL, leased_until = NULL,
    not_before = CASE WHEN told.wait IS NULL THEN d.not_before
                      ELSE now() + told.wait * interval '1 second' END,
    settled_at = CASE WHEN {_HAS_ENDED} THEN now() END
FROM told
WHERE d.id = told.id AND d.leased_by = %(sender)s AND d.state IN ('leased', 'unknown')
"""  # noqa: S608 -- our own pieces

# Leased and certainly not sent: somebody else may have it, and nothing was tried. If it was called
# off meanwhile, it ended then, as if it had waited: nobody got anything of it.
GIVE_BACK = f"""
UPDATE delivery_delivery AS d
SET state = CASE WHEN called_off_at IS NULL THEN 'queued' ELSE 'cancelled' END,
    settled_at = coalesce(called_off_at, settled_at),
    {_forget_person_sql("d.called_off_at IS NOT NULL")},
    attempts = attempts - 1, leased_by = NULL, leased_until = NULL
WHERE id = ANY(%(ids)s::uuid[]) AND leased_by = %(sender)s AND state = 'leased'
"""  # noqa: S608 -- our own pieces

# While we live our leases do: a large picture, a slow provider or new tokens take their time.
EXTEND = """
UPDATE delivery_delivery
SET leased_until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE id = ANY(%(ids)s::uuid[]) AND leased_by = %(sender)s AND state = 'leased'
"""

# A lease that a crash left behind. Urgent, or a channel that shows a message once: send again, as
# often as anything is tried. Bulk: nobody knows, a person may decide. The holder stays named, so
# that it can still report. Each leaves a line among the attempts: what may have been repeated is
# counted by it.
SWEEP = f"""
WITH left_behind AS (
  SELECT id, attempts < %(most)s AND (is_urgent OR channel = ANY(%(idempotent)s)) AS again,
    called_off_at IS NOT NULL AS called_off
  FROM delivery_delivery WHERE state = 'leased' AND leased_until < now()
  ORDER BY leased_until LIMIT 500 FOR UPDATE SKIP LOCKED
), noted AS (
  INSERT INTO delivery_attempt (delivery_ref, outcome, code)
  SELECT id, 'unknown', 'lease_ended' FROM left_behind
)
UPDATE delivery_delivery AS d
SET state = CASE WHEN again AND NOT called_off THEN 'queued' ELSE 'unknown' END,
    leased_by = CASE WHEN again AND NOT called_off THEN NULL ELSE d.leased_by END,
    leased_until = NULL, code = 'lease_ended', {_forget_person_sql("NOT again OR called_off")},
    settled_at = CASE WHEN again AND NOT called_off THEN NULL ELSE now() END
FROM left_behind WHERE d.id = left_behind.id
"""  # noqa: S608 -- our own pieces

# What was put off is due again, and what is past its time is over. Whoever calls a dispatch off
# locks many of these rows as well: what they hold is left to the next second. Two questions, each
# by an index of its own: of conditions joined by OR the sender's plans would go through every row
# that there ever was.
WAKE = f"""
WITH put_off AS (
  SELECT id FROM delivery_delivery WHERE state = 'not_now' AND not_before <= now()
  ORDER BY not_before LIMIT 5000 FOR UPDATE SKIP LOCKED
), past AS (
  SELECT id FROM delivery_delivery WHERE state = 'queued' AND expires_at <= now()
  ORDER BY expires_at LIMIT 5000 FOR UPDATE SKIP LOCKED
)
UPDATE delivery_delivery AS d
SET state = CASE WHEN expires_at <= now() THEN 'rejected' ELSE 'queued' END,
    {_forget_person_sql("expires_at <= now()")},
    code = CASE WHEN expires_at <= now() THEN 'expired' ELSE code END,
    settled_at = CASE WHEN expires_at <= now() THEN now() END
FROM (TABLE put_off UNION ALL TABLE past) AS due WHERE d.id = due.id
"""  # noqa: S608 -- our own pieces

# A stopped account is tried again after five minutes, unless only a person can mend it.
ACCOUNTS = """
SELECT id FROM delivery_channelaccount
WHERE is_active AND channel <> %(hand)s
  AND (circuit_open_since IS NULL
       OR circuit_open_since < now() - interval '5 minutes'
          AND position(%(reconnect)s IN circuit_reason) = 0)
ORDER BY id
"""

# No sender asks this provider before then.
PAUSE = """
UPDATE delivery_channelaccount
SET bucket_at = greatest(bucket_at, clock_timestamp() + %(seconds)s * interval '1 second')
WHERE id = %(account)s
"""

# One sender at a time compares the chats of an account, and seldom.
BEGIN_COMPARING = """
UPDATE delivery_channelaccount SET history_asked_at = clock_timestamp()
WHERE id = %(account)s AND is_active
  AND (history_asked_at IS NULL
       OR history_asked_at < clock_timestamp() - %(every)s * interval '1 second')
RETURNING coalesce(history_known_until, %(at_first)s)
"""
KNOWN_MESSAGES = "SELECT key FROM delivery_dedupekey WHERE key = ANY(%s)"
END_COMPARING = """
UPDATE delivery_channelaccount
SET history_known_until = greatest(history_known_until, %(known_until)s),
    history_fetched_at = CASE WHEN %(has_fetched)s THEN clock_timestamp()
      ELSE history_fetched_at END
WHERE id = %(account)s
"""

# One sender asks what is paid for, once in so long.
BEGIN_ASKING_PACKAGE = """
UPDATE delivery_channelaccount SET package_asked_at = clock_timestamp()
WHERE id = %(account)s AND is_active
  AND (package_asked_at IS NULL
       OR package_asked_at < clock_timestamp() - %(every)s * interval '1 second')
RETURNING id
"""
KEEP_PACKAGE = """
UPDATE delivery_channelaccount SET package_name = %(name)s, package_ends_on = %(ends_on)s
WHERE id = %(account)s
"""
ASK_PACKAGE_AGAIN = """
UPDATE delivery_channelaccount
SET package_asked_at = clock_timestamp() - %(after)s * interval '1 second'
WHERE id = %(account)s
"""

TEXT = "SELECT text, subject, language, image_path, short FROM delivery_dispatchtext WHERE id = %s"

CALLED_OFF = "SELECT 1 FROM delivery_delivery WHERE id = %s AND called_off_at IS NOT NULL"
