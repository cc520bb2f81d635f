"""What pgbench runs: the rows of one webhook in one statement, values of the sizes that ours had.

Left out in favour of the baseline: sealing and hashing, reading the message, the wake-up of other
processes, and the audit entry, of which ours has one a batch.
"""

from typing import Any

import psycopg

from keng.delivery.priorities import Priority
from keng.kit.database import dsn

SCRIPT = f"""
WITH r AS MATERIALIZED (
  SELECT sha256(uuid_send(gen_random_uuid())) AS key,
         sha256(uuid_send(gen_random_uuid())) AS talk_hash,
         sha256(uuid_send(gen_random_uuid())) AS link,
         sha256(uuid_send(gen_random_uuid())) AS receipt, uuidv7() AS inbound, uuidv7() AS talk,
         uuidv7() AS tip, uuidv7() AS dispatch, now() AS at,
         convert_to(repeat('x', :address::int), 'UTF8') AS address,
         convert_to(repeat('y', :raw::int), 'UTF8') AS raw,
         convert_to(repeat('z', :answer::int), 'UTF8') AS answer,
         left(repeat('Sáng nay có số lạ gọi cho em. ', 99), :text::int) AS text
), fresh AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref) SELECT key, inbound FROM r
  ON CONFLICT (key) DO NOTHING
), talk AS (
  INSERT INTO delivery_conversation
    (id, account_id, key_hash, reply_address_sealed, tip_ref, last_inbound_at)
  SELECT talk, :account::uuid, talk_hash, address, tip, at FROM r
  ON CONFLICT (key_hash) DO UPDATE SET last_inbound_at = excluded.last_inbound_at
), inbound AS (
  INSERT INTO delivery_inbound
    (id, account_id, channel, kind, conversation_hash, sent_at, received_at, text, raw_sealed,
     tip_ref)
  SELECT inbound, :account::uuid, 'zalo_oa', 'text', talk_hash, at, at, text, raw, tip FROM r
), tip AS (
  INSERT INTO tips_tip
    (id, province_code, responsible_unit_id, channel, language, text, identity_holds, urgency,
     received_at, waiting_since, due_at)
  SELECT tip, '00', :unit::uuid, 'zalo_oa', 'vi', text, '["chat"]', 'P2', at, at,
         at + interval '1 day'
  FROM r
), message AS (
  INSERT INTO tips_dialoguemessage (id, tip_id, author, text, channel, inbound_ref, at, examined_at)
  SELECT uuidv7(), tip, 'reporter', text, 'zalo_oa', inbound, at, at FROM r
), clock AS (
  INSERT INTO tips_clock (id, tip_id, rule_code, starts_at, due_at)
  SELECT uuidv7(), tip, 'CLASSIFY_HOUSE', at, at + interval '1 day' FROM r
), receipt AS (
  INSERT INTO tips_receipt (hash, tip_id) SELECT receipt, tip FROM r
), link AS (
  INSERT INTO tips_onetimelink (token_hash, tip_id) SELECT link, tip FROM r
), sealed AS (
  INSERT INTO vault_sealedidentity (id, tip_ref, unit_id, kind, holds, ciphertext)
  SELECT uuidv7(), tip, :unit::uuid, 'raw', '["chat"]', raw FROM r
), dispatch AS (
  INSERT INTO delivery_dispatch
    (id, kind, is_urgent, unit_id, source_kind, source_ref, materialised_at)
  SELECT dispatch, 'ack', true, :unit::uuid, 'tip', tip, at FROM r
)
INSERT INTO delivery_delivery
  (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, text_sealed, address_sealed,
   priority, is_urgent, expires_at)
SELECT uuidv7(), dispatch, :account::uuid, 'zalo_oa', 'conversation', talk, answer, address,
       {Priority.FIRST_ANSWER:d}, true, at + interval '2 days'
FROM r;
"""  # noqa: S608 -- our own pieces


_SIZES = """
SELECT avg(length(i.text))::int AS text, avg(octet_length(i.raw_sealed))::int AS raw,
       (SELECT avg(octet_length(text_sealed))::int FROM delivery_delivery) AS answer,
       (SELECT avg(octet_length(address_sealed))::int FROM delivery_delivery) AS address
FROM delivery_inbound i
"""


def values_of(account: Any) -> dict[str, str]:
    """The script's parameters for an account to which the edge has written already."""
    with psycopg.connect(dsn("owner")) as connection:
        cursor = connection.execute(_SIZES)
        names = [column.name for column in cursor.description or ()]
        sizes = dict(zip(names, map(str, cursor.fetchone() or ()), strict=True))
    return sizes | {"account": str(account.pk), "unit": str(account.unit_id)}
