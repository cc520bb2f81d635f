"""Whom a tip is about stands in it from the first: else any tip could be hidden from its desk.

"Comes with": the tip was not there when the statement began, and when it ends the tip is there,
written by this very transaction. The first alone lets a row of somebody else's pass that is
committed meanwhile; the second alone one that was merely changed in this transaction.
"""

from django.db import migrations

_HOLD = """
-- Stable: looks with the eyes of the statement that fires it, which does not see what it writes.
CREATE FUNCTION tips_refuse_known_tip() RETURNS trigger LANGUAGE plpgsql STABLE
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM tips_tip WHERE id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid) THEN
    RAISE insufficient_privilege USING MESSAGE =
      format('%s does not do this to %s: it comes with its tip', session_user, TG_TABLE_NAME);
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION tips_refuse_tip_of_others() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM tips_tip t
    WHERE t.id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid AND pg_xact_status((
      -- With the high bits of ours, which the number in a row has not.
      ((pg_current_xact_id()::text::bigint + 2147483648 - t.xmin::text::bigint) >> 32 << 32)
      + t.xmin::text::bigint
    )::text::xid8) = 'in progress'
  ) THEN
    RAISE insufficient_privilege USING MESSAGE =
      format('%s does not do this to %s: it comes with its tip', session_user, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER concern_of_no_known_tip BEFORE INSERT ON tips_tipconcern
  FOR EACH ROW WHEN (current_user IN ('keng_public', 'keng_edge'))
  EXECUTE FUNCTION tips_refuse_known_tip('tip_id');
CREATE CONSTRAINT TRIGGER concern_comes_with_its_tip AFTER INSERT ON tips_tipconcern
  FOR EACH ROW WHEN (current_user IN ('keng_public', 'keng_edge'))
  EXECUTE FUNCTION tips_refuse_tip_of_others('tip_id');
"""
_LET_GO = """
DROP TRIGGER concern_comes_with_its_tip ON tips_tipconcern;
DROP TRIGGER concern_of_no_known_tip ON tips_tipconcern;
DROP FUNCTION tips_refuse_tip_of_others();
DROP FUNCTION tips_refuse_known_tip();
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0061_who_speaks_in_a_dialogue")]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
