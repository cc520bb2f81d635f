"""Critical tips for which nobody is called, in SQL: for `keng doctor` and a monitor."""

# In seconds, twice the parameter of NOT_CALLED: a critical tip is called for every few.
CALLED_WITHIN = 120
_RINGS = (
    "(t.danger_unheard OR (t.urgency = 'P0' AND t.assigned_to_id IS NULL"
    " AND t.state NOT IN ('closed', 'duplicate')))"
)
# How many nobody has taken, and for how long the first of them.
RINGING = f"""
SELECT count(*), extract(epoch FROM now() - min(t.received_at)) FROM tips_tip t WHERE {_RINGS}
"""  # noqa: S608 -- our own pieces
# Neither called for by itself nor with the bundle it belongs to; or its next call is overdue.
NOT_CALLED = f"""
SELECT count(*), extract(epoch FROM max(waits)) FROM (
  SELECT now() - t.received_at AS waits FROM tips_tip t
  WHERE {_RINGS} AND t.received_at < now() - interval '1 second' * %s
    AND NOT EXISTS (SELECT 1 FROM tips_alarm a WHERE a.tip_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM tips_bundledcall b WHERE b.tip_id = t.id)
  UNION ALL
  SELECT now() - a.next_call_at FROM tips_alarm a
  WHERE a.ended_at IS NULL AND a.next_call_at < now() - interval '1 second' * %s
) AS found
"""  # noqa: S608 -- our own pieces
# Called for, and nobody could be.
CALLED_NOBODY = """
SELECT count(*), extract(epoch FROM max(now() - a.raised_at)) FROM tips_alarm a
WHERE a.ended_at IS NULL AND a.rounds > 0
  AND NOT EXISTS (SELECT 1 FROM tips_alarmcall c WHERE c.alarm_id = a.id AND c.ways > 0)
"""
