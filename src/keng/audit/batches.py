"""One entry for a batch of machine work, written by the very statement that does the work.

A bulk statement hands over a table `batch(messages, tips, first, last, digest)` of at most one row
and reads the table `entry` afterwards: one call for a batch, by the door that everybody uses, into
a chain that no other transaction holds: which process writes which one is nowhere laid down.
"""

ENTRY_OF_BATCH = """
entry AS MATERIALIZED (
  SELECT appended.entry_seq
  FROM batch, LATERAL audit_append(
    %(entry)s::uuid, audit_free_intake_chain(%(actor)s::text), now(), 'intake.batch', 'process',
    %(actor)s::text, '', '',
    jsonb_build_object(
      'digest', digest, 'first', first, 'last', last, 'messages', messages, 'tips', tips)
  ) AS appended
)
"""
