"""The one statement that writes what came in, for a whole batch and for a single form alike.

Each row may be a repetition (its key is known: nothing is written), a further message of an open
conversation (joins its tip, however long ago that was last heard of: an ending or "new tip" lets
the chat go, tips/chats.py), or the first one (opens a tip). Which it is, the database decides, so
that two processes with two messages of one person still make one tip.
"""

from keng.audit.batches import ENTRY_OF_BATCH
from keng.delivery.priorities import Priority
from keng.intake.incoming_tip import TIP_FIELDS

# What each column of a row is made of; the rows arrive as one JSON array, their long sealed parts
# beside it as arrays of bytes: in JSON they would be twice as long and be read letter by letter.
ROW_FIELDS: dict[str, str] = {
    "key": "bytea",
    "inbound": "uuid",
    "account": "uuid",
    "kind": "text",
    "conversation_hash": "bytea",
    "conversation": "uuid",
    "sent_at": "timestamptz",
    "latitude": "float8",
    "longitude": "float8",
    "media": "json",
    **{each.row_field: each.type for each in TIP_FIELDS.values()},
    "clocks": "json",
    "concerns": "json",
    "bundled_with": "uuid",
    "bundle_is_joint": "bool",
    "sealed": "json",
    "receipt": "bytea",
    "link": "bytea",
    "message": "uuid",
    "dispatch": "uuid",
    "delivery": "uuid",
    "answer_expires_at": "timestamptz",
}
SEALED_FIELDS = ("raw", "address", "answer")
_COLUMNS = ", ".join(f"{name} {type_}" for name, type_ in ROW_FIELDS.items())
_ARRAYS = ", ".join(f"unnest(%({name})b::bytea[])" for name in SEALED_FIELDS)
_NAMES = ", ".join([*ROW_FIELDS, *SEALED_FIELDS])
_TIP_COLUMNS = ", ".join(column for each in TIP_FIELDS.values() for column in each.columns)
_TIP_VALUES = ", ".join(each.row_field for each in TIP_FIELDS.values() for _column in each.columns)

# Keys are claimed in their own order, so that two batches with the same ones cannot deadlock.
_CLAIM = f"""
WITH r AS MATERIALIZED (
  SELECT * FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS ({_COLUMNS}), {_ARRAYS})
    WITH ORDINALITY AS r({_NAMES}, n)
),
fresh AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref)
  SELECT DISTINCT ON (key) key, inbound FROM r ORDER BY key, n
  ON CONFLICT (key) DO NOTHING
  RETURNING inbound_ref
),
new AS (SELECT r.* FROM r JOIN fresh ON fresh.inbound_ref = r.inbound),
"""  # noqa: S608 -- our own pieces
_TALK = """
talk AS (
  INSERT INTO delivery_conversation
    (id, account_id, key_hash, reply_address_sealed, tip_ref, last_inbound_at)
  SELECT DISTINCT ON (conversation_hash)
    conversation, account, conversation_hash, address, tip, received_at
  FROM new WHERE conversation_hash IS NOT NULL ORDER BY conversation_hash, n
  ON CONFLICT (key_hash) DO UPDATE SET
    reply_address_sealed = CASE WHEN delivery_conversation.reply_address_sealed = ''
      THEN excluded.reply_address_sealed ELSE delivery_conversation.reply_address_sealed END,
    last_inbound_at = greatest(delivery_conversation.last_inbound_at, excluded.last_inbound_at),
    tip_ref = coalesce(delivery_conversation.tip_ref, excluded.tip_ref)
  RETURNING id, key_hash, tip_ref
),
"""
# A form has no conversation, and whoever takes in forms alone may not read to whom others answer.
_NO_TALK = """
talk AS (SELECT NULL::uuid AS id, NULL::bytea AS key_hash, NULL::uuid AS tip_ref WHERE false),
"""
_SAID = """
said AS MATERIALIZED (
  SELECT new.*, coalesce(talk.tip_ref, new.tip) AS tip_ref,
         coalesce(talk.id, new.conversation) AS talk,
         talk.tip_ref IS NULL OR talk.tip_ref = new.tip AS opens
  FROM new LEFT JOIN talk ON talk.key_hash = new.conversation_hash
),
"""

_RECEIVED = """
inbound AS (
  INSERT INTO delivery_inbound
    (id, account_id, channel, kind, conversation_hash, sent_at, received_at, text, latitude,
     longitude, raw_sealed, tip_ref)
  SELECT inbound, account, channel, kind, conversation_hash, sent_at, received_at, text, latitude,
         longitude, raw, tip_ref
  FROM said
),
media AS (
  INSERT INTO delivery_inboundmedia (id, inbound_id, kind, url_sealed)
  SELECT m.id, said.inbound, m.kind, m.url
  FROM said, json_to_recordset(said.media) AS m(id uuid, kind text, url bytea)
  WHERE said.media IS NOT NULL
),
message AS (
  INSERT INTO tips_dialoguemessage (id, tip_id, author, text, channel, inbound_ref, at, examined_at)
  SELECT message, tip_ref, 'reporter', text, channel, inbound, received_at,
         CASE WHEN opens THEN received_at END
  FROM said
),
"""

_OPENED = f"""
opened AS MATERIALIZED (SELECT * FROM said WHERE opens),
tip AS (
  INSERT INTO tips_tip
    ({_TIP_COLUMNS})
  SELECT {_TIP_VALUES}
  FROM opened
),
concern AS (
  INSERT INTO tips_tipconcern (id, tip_id, unit_id, is_guess)
  SELECT c.id, opened.tip, c.unit, c.guess
  FROM opened, json_to_recordset(opened.concerns) AS c(id uuid, unit uuid, guess bool)
  WHERE opened.concerns IS NOT NULL
),
bundled AS (
  INSERT INTO tips_bundledcall (tip_id, first_ref, is_joint, at)
  SELECT tip, bundled_with, bundle_is_joint, received_at FROM opened WHERE bundled_with IS NOT NULL
),
clock AS (
  INSERT INTO tips_clock (id, tip_id, rule_code, starts_at, due_at)
  SELECT c.id, opened.tip, c.rule, opened.received_at, c.due_at
  FROM opened, json_to_recordset(opened.clocks) AS c(id uuid, rule text, due_at timestamptz)
),
receipt AS (
  INSERT INTO tips_receipt (hash, tip_id)
  SELECT receipt, tip FROM opened WHERE receipt IS NOT NULL
),
link AS (
  INSERT INTO tips_onetimelink (token_hash, tip_id)
  SELECT link, tip FROM opened WHERE link IS NOT NULL
),
"""  # noqa: S608 -- our own pieces

# What was cut from the words of a further message belongs to the tip it joined; who the person is
# was sealed with the first.
_SEALED = """
sealed AS (
  INSERT INTO vault_sealedidentity (id, tip_ref, unit_id, kind, holds, ciphertext)
  SELECT s.id, said.tip_ref, said.unit, s.kind, s.holds, coalesce(s.ciphertext, said.raw)
  FROM said,
       json_to_recordset(said.sealed)
         AS s(id uuid, kind text, holds jsonb, ciphertext bytea, first bool)
  WHERE said.sealed IS NOT NULL AND (said.opens OR NOT s.first)
),
"""

# Whoever asked not to be contacted gets no automatic answer either: then there is none in the row.
_ANSWERED = f"""
dispatch AS (
  INSERT INTO delivery_dispatch
    (id, kind, is_urgent, unit_id, source_kind, source_ref, materialised_at)
  SELECT dispatch, 'ack', true, unit, 'tip', tip, received_at FROM opened WHERE answer IS NOT NULL
),
delivery AS (
  INSERT INTO delivery_delivery
    (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, text_sealed,
     address_sealed, priority, is_urgent, expires_at)
  SELECT delivery, dispatch, account, channel, 'conversation', talk, answer, address,
         {Priority.FIRST_ANSWER:d}, true, answer_expires_at
  FROM opened WHERE answer IS NOT NULL
),
"""  # noqa: S608 -- our own pieces

# The digest binds the entry to its rows: ids, keys and words, in the order of the ids.
_BATCH = """
batch AS (
  SELECT count(*) AS messages, count(*) FILTER (WHERE opens) AS tips,
         min(inbound::text) AS first, max(inbound::text) AS last,
         encode(sha256(string_agg(
           uuid_send(inbound) || uuid_send(tip_ref) || key || sha256(convert_to(text, 'UTF8')),
           ''::bytea ORDER BY inbound
         )), 'hex') AS digest
  FROM said HAVING count(*) > 0
),
"""

_WAKE = """
woken AS (
  SELECT pg_notify('keng_work', '') FROM entry
  UNION ALL
  SELECT pg_notify('keng_delivery', '') FROM batch
  WHERE EXISTS (SELECT FROM opened WHERE answer IS NOT NULL)
)
"""

_END = "SELECT n - 1, tip_ref, opens, (SELECT count(*) FROM woken) FROM said ORDER BY n"

_RECORDED = f"{_BATCH}{ENTRY_OF_BATCH.strip()},"
_WRITTEN = f"{_SAID}{_RECEIVED}{_OPENED}{_SEALED}{_ANSWERED}{_RECORDED}{_WAKE}{_END}"
RECEIVE = f"{_CLAIM}{_TALK}{_WRITTEN}"
RECEIVE_FORMS = f"{_CLAIM}{_NO_TALK}{_WRITTEN}"
# For a repetition: the tip that the first time made or joined, if the key still leads there.
TIPS_OF_KNOWN_KEYS = """
SELECT d.key, i.tip_ref
FROM delivery_dedupekey d LEFT JOIN delivery_inbound i ON i.id = d.inbound_ref
WHERE d.key = ANY(%(keys)s)
"""
