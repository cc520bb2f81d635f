"""A chat belongs to the tip it began, and an address only comes back to the chat that let it go.

Else whoever has the edge could add a chat of their own to any tip and read the desk's answers
there. By which hash a chat is known is only forgotten, but where a desk undoes an end.
"""

from django.db import migrations

_HOLD = """
CREATE TRIGGER chat_of_no_known_tip BEFORE INSERT ON delivery_conversation
  FOR EACH ROW WHEN (current_user = 'keng_edge' AND NEW.tip_ref IS NOT NULL)
  EXECUTE FUNCTION tips_refuse_known_tip('tip_ref');
CREATE CONSTRAINT TRIGGER chat_comes_with_its_tip AFTER INSERT ON delivery_conversation
  FOR EACH ROW WHEN (current_user = 'keng_edge' AND NEW.tip_ref IS NOT NULL)
  EXECUTE FUNCTION tips_refuse_tip_of_others('tip_ref');
CREATE TRIGGER chat_joins_no_known_tip BEFORE UPDATE OF tip_ref ON delivery_conversation
  FOR EACH ROW WHEN (current_user = 'keng_edge' AND OLD.tip_ref IS NULL AND NEW.tip_ref IS NOT NULL)
  EXECUTE FUNCTION tips_refuse_known_tip('tip_ref');
CREATE CONSTRAINT TRIGGER chat_joins_its_tip AFTER UPDATE ON delivery_conversation
  FOR EACH ROW WHEN (current_user = 'keng_edge' AND OLD.tip_ref IS NULL AND NEW.tip_ref IS NOT NULL)
  EXECUTE FUNCTION tips_refuse_tip_of_others('tip_ref');
CREATE TRIGGER chat_stays_with_its_tip
  BEFORE UPDATE OF tip_ref, key_hash, reply_address_sealed ON delivery_conversation
  FOR EACH ROW WHEN (
    current_user IN ('keng_public', 'keng_edge', 'keng_worker') AND (
      OLD.tip_ref IS NOT NULL AND NEW.tip_ref IS DISTINCT FROM OLD.tip_ref
      OR NEW.key_hash IS NOT NULL AND NEW.key_hash IS DISTINCT FROM OLD.key_hash
      OR NEW.reply_address_sealed <> '' AND NEW.reply_address_sealed <> OLD.reply_address_sealed
        AND (current_user <> 'keng_edge' OR NEW.key_hash IS NULL
          OR OLD.reply_address_sealed <> ''))
  ) EXECUTE FUNCTION tips_refuse('a chat keeps its tip and where it is answered');
"""
_LET_GO = """
DROP TRIGGER chat_stays_with_its_tip ON delivery_conversation;
DROP TRIGGER chat_joins_its_tip ON delivery_conversation;
DROP TRIGGER chat_joins_no_known_tip ON delivery_conversation;
DROP TRIGGER chat_comes_with_its_tip ON delivery_conversation;
DROP TRIGGER chat_of_no_known_tip ON delivery_conversation;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tips", "0062_concerns_come_with_their_tip"),
        ("delivery", "0019_who_may_send_to_whom"),
    ]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
