"""The public site opens one leaf for a reporter who asks: that of the entry their report came in by.

Nobody reads the table of salts. The function runs as its owner, for the public site alone, and
answers about one report that whoever asks holds the code of. Messages that came in together have
one entry: it is answered with only where no other batch of that minute could be meant.
"""

from django.db import migrations

_OPEN = """
CREATE FUNCTION public_log_opening_of_tip(
  asked uuid, OUT leaf bigint, OUT salt bytea, OUT entry_hash bytea
) RETURNS record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
  is_process boolean := starts_with(caller, 'keng_') AND caller <> current_user;
  message text;
  came timestamptz;
  meant record;
BEGIN
  IF is_process AND caller <> 'keng_public' THEN
    RAISE insufficient_privilege USING MESSAGE = format('%s opens no leaf', caller);
  END IF;
  SELECT inbound_ref::text, at INTO message, came
  FROM tips_dialoguemessage
  WHERE tip_id = asked AND author = 'reporter' AND inbound_ref IS NOT NULL
  ORDER BY at, id LIMIT 1;
  -- The id of an entry begins with its moment, so that few are looked at.
  SELECT entry.chain, entry.seq, entry.hash, entry.detail->>'messages' = '1' AS is_alone,
         count(*) OVER () AS candidates
  INTO meant
  FROM audit_entry AS entry
  WHERE entry.action = 'intake.batch'
    AND entry.id >= audit_id_of(came - interval '5 minutes')
    AND entry.id < audit_id_of(came + interval '5 minutes')
    AND message BETWEEN entry.detail->>'first' AND entry.detail->>'last'
  ORDER BY (entry.detail->>'messages' = '1') DESC LIMIT 1;
  IF meant.chain IS NULL OR NOT (meant.is_alone OR meant.candidates = 1) THEN
    RETURN;
  END IF;
  entry_hash := meant.hash;
  SELECT logged.leaf, kept.salt INTO leaf, salt
  FROM public_log_logleaf AS logged JOIN public_log_leafsalt AS kept ON kept.leaf = logged.leaf
  WHERE logged.chain = meant.chain AND logged.seq = meant.seq;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("public_log", "0001_public_log")]

    operations = [migrations.RunSQL(_OPEN, "DROP FUNCTION public_log_opening_of_tip(uuid)")]
