"""One entry for a batch of machine work, written by the very statement that does the work.

A bulk statement hands over a table `batch(messages, tips, first, last, digest)` of at most one row
and ends in these tables; the head of the chain is locked and moved by the database, so that no
process has to remember it.
"""

# Everything is ASCII without quotes (names of processes, ids, hexadecimal digits), so joining the
# pieces gives the very JSON that keng.audit.chain hashes.
ENTRY_OF_BATCH = """
head AS MATERIALIZED (
  SELECT last_seq + 1 AS seq,
         CASE last_hash WHEN '' THEN decode(repeat('00', 32), 'hex') ELSE last_hash END AS previous
  FROM audit_chain WHERE name = %(chain)s::text AND EXISTS (SELECT FROM batch) FOR UPDATE
),
told AS (
  SELECT head.*, format(
    '{"digest":"%%s","first":"%%s","last":"%%s","messages":%%s,"tips":%%s}',
    digest, first, last, messages, tips
  ) AS detail, (extract(epoch FROM now()) * 1000000)::bigint AS microseconds
  FROM head, batch
),
entry AS (
  INSERT INTO audit_entry
    (id, chain, seq, at, action, actor_kind, actor_id, object_kind, object_id, detail,
     previous_hash, hash)
  SELECT %(entry)s::uuid, %(chain)s::text, seq, now(), 'intake.batch', 'process',
         %(actor)s::text, '', '', detail::jsonb, previous,
         sha256(previous || convert_to(format(
           '["%%s",%%s,%%s,"intake.batch","process","%%s","","",%%s]',
           %(chain)s::text, seq, microseconds, %(actor)s::text, detail
         ), 'UTF8'))
  FROM told
  RETURNING seq, hash
),
moved AS (
  UPDATE audit_chain SET last_seq = entry.seq, last_hash = entry.hash
  FROM entry WHERE name = %(chain)s::text
)
"""
# The chain must be there before the first batch.
BEGIN_CHAIN = "INSERT INTO audit_chain (name) VALUES (%(chain)s::text) ON CONFLICT DO NOTHING"
