""" "Stop", "messages again" and "new tip": what a person tells the machine and not the officer.

How a conversation stands with messages is its `mode`: asked whether it shall stop, stopped, or
stopped and told how to come back.
"""

from keng.delivery.actions.inbound import CLAIM_KEYS_SQL
from keng.delivery.priorities import Priority
from keng.tips.chats import STOP_ASKED, STOPPED

_COLUMNS = """
    key bytea, inbound uuid, account uuid, channel text, kind text, conversation_hash bytea,
    sent_at timestamptz, received_at timestamptz, text text, raw bytea, subscription_hash bytea,
    unit uuid, address bytea, answer bytea, subscription_answer bytea, question bytea,
    question_text text, question_message uuid, message uuid, dispatch uuid, delivery uuid,
    is_plain bool, is_plain_word bool, tells_more bool, is_overruled bool,
    ends_before timestamptz"""
_SENT = f"""
WITH sent AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS sent({_COLUMNS})
),
"""  # noqa: S608 -- our own pieces
_ROWS = f"""
{_SENT}
r AS (SELECT * FROM sent),
"""  # noqa: S608 -- our own pieces
_KEPT = """
inbound AS (
  INSERT INTO delivery_inbound
    (id, account_id, channel, kind, conversation_hash, sent_at, received_at, text, raw_sealed,
     tip_ref)
  SELECT inbound, new.account, new.channel, kind, conversation_hash, sent_at, received_at, text,
         raw, talk.tip_ref
  FROM new LEFT JOIN talk ON talk.key_hash = new.conversation_hash
  WHERE NOT tells_more
),
"""
_ANSWERED = f"""
dispatch AS (
  INSERT INTO delivery_dispatch
    (id, kind, is_urgent, unit_id, source_kind, source_ref, materialised_at)
  SELECT dispatch, 'ack', true, desk, 'tip', tip_ref, received_at FROM answered
),
delivery AS (
  INSERT INTO delivery_delivery
    (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, text_sealed,
     address_sealed, priority, is_urgent, expires_at)
  SELECT delivery, dispatch, account, channel, recipient_kind, recipient, answer, address,
         {Priority.FIRST_ANSWER:d}, true, received_at + interval '2 days'
  FROM answered
)
SELECT pg_notify('keng_delivery', '') FROM answered LIMIT 1
"""  # noqa: S608 -- our own pieces

# What is said to the machine stands in the dialogue as well: the officer reads the wish.
_SAID = """
message AS (
  INSERT INTO tips_dialoguemessage (id, tip_id, author, text, channel, inbound_ref, at, examined_at)
  SELECT message, talk.tip_ref, 'reporter', text, new.channel, inbound, received_at, received_at
  FROM new JOIN talk ON talk.key_hash = new.conversation_hash
  WHERE talk.tip_ref IS NOT NULL AND text <> '' AND NOT tells_more
),
"""
# The tip before its conversation, as everybody locks who ends one: else they wait for each other.
_TIP_FIRST = """
tip_first AS MATERIALIZED (
  SELECT tip.id FROM tips_tip tip JOIN delivery_conversation c ON c.tip_ref = tip.id
    JOIN new ON new.conversation_hash = c.key_hash
  FOR NO KEY UPDATE OF tip
),
"""
_TALK_ANSWERED = """
answered AS (
  SELECT new.*, talk.tip_ref, talk.id AS recipient, 'conversation' AS recipient_kind,
         coalesce(tip.responsible_unit_id, new.unit) AS desk
  FROM new JOIN talk ON talk.key_hash = new.conversation_hash
           LEFT JOIN tips_tip tip ON tip.id = talk.tip_ref
  WHERE answer IS NOT NULL
),
"""
# Whoever sends a row needs its address; of one that waits no more it goes with that of the talk.
_IS_NEEDED = "d.state = 'leased' OR d.recipient_kind <> 'conversation'"
# Nothing more is sent, not even what was queued. A lone word stops only where it cannot answer
# anything: no tip is open, or it was asked about and comes again before the desk has said more.
# What is told in the same breath is left, with its key, for the statement that keeps it: here only
# the wish is fulfilled. Where no tip is open nothing is sent: they may hide beside whom they fear.
STOP_MESSAGES = f"""
{_SENT}
r AS MATERIALIZED (
  SELECT sent.* FROM sent LEFT JOIN delivery_conversation c
    ON c.key_hash = sent.conversation_hash AND c.tip_ref IS NOT NULL
  WHERE is_plain
     OR NOT is_plain AND (
       c.id IS NULL
       OR is_plain_word AND NOT is_overruled AND c.mode = '{STOP_ASKED}' AND NOT EXISTS (
         SELECT FROM tips_dialoguemessage m
         WHERE m.tip_id = c.tip_ref AND m.author = 'desk' AND m.at > c.last_inbound_at))
),
fresh AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref)
  SELECT DISTINCT ON (key) key, inbound FROM r WHERE NOT tells_more ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING inbound_ref
),
new AS (
  SELECT r.* FROM r
  WHERE inbound IN (SELECT inbound_ref FROM fresh)
     OR tells_more AND NOT EXISTS (SELECT FROM delivery_dedupekey d WHERE d.key = r.key)
),
-- One that the same person overruled later is kept, and ends nothing.
wished AS (SELECT * FROM new WHERE NOT is_overruled),
{_TIP_FIRST}
talk AS (
  UPDATE delivery_conversation c
  SET mode = CASE WHEN wished.answer IS NULL THEN '' ELSE '{STOPPED}' END,
      reply_address_sealed = '',
      last_inbound_at = greatest(c.last_inbound_at, wished.received_at)
  FROM wished, (SELECT count(*) FROM tip_first) AS locked
  WHERE c.key_hash = wished.conversation_hash
  RETURNING c.id, c.key_hash, c.tip_ref
),
{_KEPT}
{_SAID}
quiet AS (
  UPDATE tips_tip SET do_not_contact = true
  WHERE id IN (SELECT tip_ref FROM talk) AND NOT do_not_contact
),
ended AS (
  UPDATE network_subscription SET stopped_at = now(), address_sealed = ''
  FROM wished
  WHERE network_subscription.channel = wished.channel AND stopped_at IS NULL
    AND network_subscription.address_hash = wished.subscription_hash
    -- A code that was written after this stop has begun another one.
    AND (ends_before IS NULL OR network_subscription.asked_at < ends_before)
  RETURNING network_subscription.id, wished.inbound
),
-- As calling_off.call_off_deliveries does it: what a sender holds this moment is not tried again.
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
  FROM held WHERE d.id = held.id AND ({_IS_NEEDED})
),
forgotten AS (
  UPDATE delivery_delivery AS d
  SET called_off_at = now(), state = 'cancelled', settled_at = now(),
    address_sealed = NULL, text_sealed = NULL
  FROM held WHERE d.id = held.id AND NOT ({_IS_NEEDED})
),
answered AS (
  SELECT new.account, new.channel, new.address, new.dispatch, new.delivery, new.received_at,
         CASE WHEN talk.id IS NULL THEN subscription_answer ELSE answer END AS answer,
         talk.tip_ref, coalesce(talk.id, ended.id) AS recipient,
         CASE WHEN talk.id IS NULL THEN 'subscription' ELSE 'conversation' END AS recipient_kind,
         coalesce(tip.responsible_unit_id, new.unit) AS desk
  FROM new LEFT JOIN talk ON talk.key_hash = new.conversation_hash
           LEFT JOIN tips_tip tip ON tip.id = talk.tip_ref
           LEFT JOIN ended ON ended.inbound = new.inbound
  WHERE answer IS NOT NULL AND (talk.id IS NOT NULL OR ended.id IS NOT NULL AND NOT tells_more)
),
{_ANSWERED}
"""  # noqa: S608 -- our own pieces

# After a lone word has joined its tip like any other message: asked about once in a conversation.
ASK_WHETHER_TO_STOP = f"""
{_SENT}
talk AS (
  UPDATE delivery_conversation c SET mode = '{STOP_ASKED}'
  FROM sent JOIN delivery_inbound i ON i.id = sent.inbound JOIN tips_tip tip ON tip.id = i.tip_ref
  WHERE c.key_hash = sent.conversation_hash AND c.tip_ref = tip.id AND c.mode = ''
    AND NOT tip.do_not_contact
  RETURNING c.id, c.tip_ref, sent.inbound, tip.responsible_unit_id AS desk
),
message AS (
  INSERT INTO tips_dialoguemessage (id, tip_id, author, text, channel, at, dispatch_ref)
  SELECT question_message, tip_ref, 'automatic', question_text, channel,
         received_at + interval '1 millisecond', dispatch
  FROM talk JOIN sent USING (inbound)
),
answered AS (
  SELECT account, channel, address, dispatch, delivery, received_at, question AS answer, tip_ref,
         talk.id AS recipient, 'conversation' AS recipient_kind, desk
  FROM talk JOIN sent USING (inbound)
),
{_ANSWERED}
"""  # noqa: S608 -- our own pieces

# Only who has stopped comes back by it; for everybody else it is a message like any other. The
# address comes with it: it went with the stop.
MESSAGES_AGAIN = f"""
{_SENT}
r AS MATERIALIZED (
  SELECT sent.* FROM sent JOIN delivery_conversation c ON c.key_hash = sent.conversation_hash
    JOIN tips_tip tip ON tip.id = c.tip_ref
  WHERE tip.do_not_contact
),
{CLAIM_KEYS_SQL},
{_TIP_FIRST}
talk AS (
  UPDATE delivery_conversation c
  SET mode = '', last_inbound_at = greatest(c.last_inbound_at, new.received_at),
      reply_address_sealed = CASE WHEN c.reply_address_sealed = ''
        THEN coalesce(new.address, '') ELSE c.reply_address_sealed END
  FROM new, (SELECT count(*) FROM tip_first) AS locked
  WHERE c.key_hash = new.conversation_hash
  RETURNING c.id, c.key_hash, c.tip_ref
),
{_KEPT}
{_SAID}
again AS (UPDATE tips_tip SET do_not_contact = false WHERE id IN (SELECT tip_ref FROM talk)),
{_TALK_ANSWERED}
{_ANSWERED}
"""  # noqa: S608 -- our own pieces

# The thread before stays with its tip, so that the desk can still answer there.
BEGIN_ANEW = f"""
{_ROWS}
{CLAIM_KEYS_SQL},
talk AS (
  UPDATE delivery_conversation c SET key_hash = NULL
  FROM new WHERE c.key_hash = new.conversation_hash
  RETURNING c.id, new.conversation_hash AS key_hash, c.tip_ref
),
{_KEPT}
{_TALK_ANSWERED}
{_ANSWERED}
"""  # noqa: S608 -- our own pieces

# A report about officers does not join what their own desk reads: it begins another one above it,
# unless the reporter has said that this talk is meant for that desk.
LEAVE_THE_UNIT = """
WITH gone AS (
  UPDATE delivery_conversation c SET key_hash = NULL
  FROM tips_tip tip
  WHERE c.key_hash = %(conversation_hash)s::bytea AND tip.id = c.tip_ref
    AND tip.responsible_unit_id <> %(above)s AND tip.meant_for_unit_at IS NULL
    AND NOT EXISTS (SELECT FROM delivery_dedupekey WHERE key = %(key)s::bytea)
  RETURNING tip.do_not_contact
)
SELECT set_config('keng.left_in_silence', coalesce(bool_or(do_not_contact), false)::text, true)
FROM gone
"""
# Whoever asked to be left alone in the talk before is not written to because of the new one.
MARK_DO_NOT_CONTACT = """
WITH silent AS (
  UPDATE tips_tip SET do_not_contact = true
  WHERE id = %(tip)s AND current_setting('keng.left_in_silence', true) = 'true'
  RETURNING id
), unaddressed AS (
  UPDATE delivery_conversation SET reply_address_sealed = ''
  FROM silent WHERE tip_ref = silent.id
)
UPDATE delivery_delivery
SET state = 'cancelled', settled_at = now(), address_sealed = NULL, text_sealed = NULL
FROM silent JOIN delivery_conversation c ON c.tip_ref = silent.id
WHERE delivery_delivery.recipient_ref = c.id AND state = 'queued'
"""
# As BEGIN_ANEW, when the new report stands in the same message: the row that follows claims the
# key.
RELEASE_CONVERSATION = """
UPDATE delivery_conversation SET key_hash = NULL
WHERE key_hash = %(conversation_hash)s::bytea
  AND NOT EXISTS (SELECT FROM delivery_dedupekey WHERE key = %(key)s::bytea)
"""
