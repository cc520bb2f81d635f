""" "Stop" and "new tip": what a person tells the machine and not the officer."""

from keng.delivery.actions.inbound import CLAIM

_ROWS = """
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    key bytea, inbound uuid, account uuid, channel text, kind text, conversation_hash bytea,
    sent_at timestamptz, received_at timestamptz, text text, raw bytea, subscription_hash bytea,
    unit uuid, address bytea, answer bytea, message uuid, dispatch uuid, delivery uuid)
),
"""
_KEPT = """
inbound AS (
  INSERT INTO delivery_inbound
    (id, account_id, channel, kind, conversation_hash, sent_at, received_at, text, raw_sealed,
     tip_ref)
  SELECT inbound, new.account, new.channel, kind, conversation_hash, sent_at, received_at, text,
         raw, talk.tip_ref
  FROM new LEFT JOIN talk ON talk.key_hash = new.conversation_hash
),
"""
_ANSWERED = """
dispatch AS (
  INSERT INTO delivery_dispatch
    (id, kind, is_urgent, unit_id, source_kind, source_ref, materialised_at)
  SELECT dispatch, 'ack', true, unit, 'tip', tip_ref, received_at FROM answered
),
delivery AS (
  INSERT INTO delivery_delivery
    (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, text_sealed,
     address_sealed, priority, is_urgent, expires_at)
  SELECT delivery, dispatch, account, channel, recipient_kind, recipient, answer, address, 5, true,
         received_at + interval '2 days'
  FROM answered
)
SELECT pg_notify('keng_delivery', '') FROM answered LIMIT 1
"""

# The officer reads the wish in the dialogue; nothing more is sent, not even what was queued.
STOP = f"""
{_ROWS}
{CLAIM},
talk AS (
  SELECT c.id, c.key_hash, c.tip_ref FROM delivery_conversation c
  WHERE c.key_hash IN (SELECT conversation_hash FROM new)
),
{_KEPT}
message AS (
  INSERT INTO tips_dialoguemessage (id, tip_id, author, text, channel, inbound_ref, at)
  SELECT message, talk.tip_ref, 'reporter', text, new.channel, inbound, received_at
  FROM new JOIN talk ON talk.key_hash = new.conversation_hash
  WHERE talk.tip_ref IS NOT NULL AND text <> ''
),
quiet AS (
  UPDATE tips_tip SET do_not_contact = true
  WHERE id IN (SELECT tip_ref FROM talk) AND NOT do_not_contact
),
ended AS (
  UPDATE network_subscription SET stopped_at = now(), address_sealed = ''
  FROM new
  WHERE network_subscription.channel = new.channel AND stopped_at IS NULL
    AND network_subscription.address_hash = new.subscription_hash
  RETURNING network_subscription.id, new.inbound
),
-- As calling_off.call_off does it: what a sender holds this moment is not tried again.
held AS (
  SELECT id FROM delivery_delivery
  WHERE state IN ('queued', 'not_now', 'leased')
    AND recipient_ref IN (SELECT id FROM talk UNION ALL SELECT id FROM ended)
  ORDER BY id FOR NO KEY UPDATE
),
called_off AS (
  UPDATE delivery_delivery AS d
  SET called_off_at = now(), state = CASE d.state WHEN 'leased' THEN 'leased' ELSE 'cancelled' END,
    settled_at = CASE d.state WHEN 'leased' THEN d.settled_at ELSE now() END
  FROM held WHERE d.id = held.id
),
answered AS (
  SELECT new.*, talk.tip_ref, coalesce(talk.id, ended.id) AS recipient,
         CASE WHEN talk.id IS NULL THEN 'subscription' ELSE 'conversation' END AS recipient_kind
  FROM new LEFT JOIN talk ON talk.key_hash = new.conversation_hash
           LEFT JOIN ended ON ended.inbound = new.inbound
  WHERE answer IS NOT NULL AND coalesce(talk.id, ended.id) IS NOT NULL
),
{_ANSWERED}
"""  # noqa: S608 -- our own pieces

# The thread before stays with its tip, so that the desk can still answer there.
BEGIN_ANEW = f"""
{_ROWS}
{CLAIM},
talk AS (
  UPDATE delivery_conversation c SET key_hash = NULL
  FROM new WHERE c.key_hash = new.conversation_hash
  RETURNING c.id, new.conversation_hash AS key_hash, c.tip_ref
),
{_KEPT}
answered AS (
  SELECT new.*, talk.tip_ref, talk.id AS recipient, 'conversation' AS recipient_kind
  FROM new JOIN talk ON talk.key_hash = new.conversation_hash WHERE answer IS NOT NULL
),
{_ANSWERED}
"""  # noqa: S608 -- our own pieces

# The same when the new report stands in the same message: the row that follows claims the key.
RELEASE = """
UPDATE delivery_conversation SET key_hash = NULL
WHERE key_hash = %(conversation_hash)s::bytea
  AND NOT EXISTS (SELECT FROM delivery_dedupekey WHERE key = %(key)s::bytea)
"""
