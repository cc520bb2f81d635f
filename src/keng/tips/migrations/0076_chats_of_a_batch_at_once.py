"""Whether chats come with their tips is asked once for all that a batch adds, not for each of them.

What is refused is the same (0062): a tip that was there when the statement began, and one that this
transaction did not write. For each chat by itself it took a tenth of what a message costs the
database.
"""

from django.db import migrations

_HOLD = """
-- Stable: looks with the eyes of the statement that fires it, which does not see what it writes.
CREATE FUNCTION tips_refuse_chats_of_known_tips() RETURNS trigger LANGUAGE plpgsql STABLE
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM tips_tip WHERE id = ANY (ARRAY(SELECT tip_ref FROM made))) THEN
    RAISE insufficient_privilege USING MESSAGE =
      format('%s does not do this to %s: it comes with its tip', session_user, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION tips_refuse_chats_of_other_tips() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  wanted uuid[] := ARRAY(SELECT DISTINCT tip_ref FROM made WHERE tip_ref IS NOT NULL);
  ours bigint := pg_current_xact_id()::text::bigint;
BEGIN
  IF cardinality(wanted) <> (
    SELECT count(*) FROM tips_tip t
    WHERE t.id = ANY (wanted) AND CASE WHEN t.xmin = pg_current_xact_id()::xid THEN true
      -- Of a part of this transaction: with the high bits of ours, which the number in a row has
      -- not.
      ELSE pg_xact_status((
        ((ours + 2147483648 - t.xmin::text::bigint) >> 32 << 32) + t.xmin::text::bigint
      )::text::xid8) = 'in progress' END
  ) THEN
    RAISE insufficient_privilege USING MESSAGE =
      format('%s does not do this to %s: it comes with its tip', session_user, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER chat_comes_with_its_tip ON delivery_conversation;
DROP TRIGGER chat_of_no_known_tip ON delivery_conversation;
CREATE TRIGGER chat_of_no_known_tip AFTER INSERT ON delivery_conversation
  REFERENCING NEW TABLE AS made FOR EACH STATEMENT WHEN (current_user = 'keng_edge')
  EXECUTE FUNCTION tips_refuse_chats_of_known_tips();
CREATE TRIGGER chat_comes_with_its_tip AFTER INSERT ON delivery_conversation
  REFERENCING NEW TABLE AS made FOR EACH STATEMENT WHEN (current_user = 'keng_edge')
  EXECUTE FUNCTION tips_refuse_chats_of_other_tips();
"""
_LET_GO = """
DROP TRIGGER chat_comes_with_its_tip ON delivery_conversation;
DROP TRIGGER chat_of_no_known_tip ON delivery_conversation;
DROP FUNCTION tips_refuse_chats_of_other_tips();
DROP FUNCTION tips_refuse_chats_of_known_tips();
CREATE TRIGGER chat_of_no_known_tip BEFORE INSERT ON delivery_conversation
  FOR EACH ROW WHEN (current_user = 'keng_edge' AND NEW.tip_ref IS NOT NULL)
  EXECUTE FUNCTION tips_refuse_known_tip('tip_ref');
CREATE CONSTRAINT TRIGGER chat_comes_with_its_tip AFTER INSERT ON delivery_conversation
  FOR EACH ROW WHEN (current_user = 'keng_edge' AND NEW.tip_ref IS NOT NULL)
  EXECUTE FUNCTION tips_refuse_tip_of_others('tip_ref');
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0075_why_a_file_has_no_copy")]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
