"""The public site takes nothing away that an officer has taken up, or where somebody is in danger.

As dialogue.withdrawal decides it, as far as it stands in the row: of such a tip the reporter
only says that they take it back, and the desk ends it.
"""

from django.db import migrations

_HOLD = """
CREATE TRIGGER tip_acted_on_is_kept
  BEFORE UPDATE OF text, place_detail, state, withdrawn_at ON tips_tip
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (
      OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at
      OR (NEW.text <> OLD.text OR NEW.place_detail <> OLD.place_detail
          OR NEW.state = 'closed' AND OLD.state <> 'closed')
        AND NOT (
          OLD.state = 'received' AND OLD.withdrawn_at IS NULL AND OLD.incident_id IS NULL
          AND OLD.urgency <> 'P0' AND OLD.happening <> 'now'
          AND OLD.channel NOT IN ('phone', 'counter', 'chat')
          AND NEW.state = 'closed' AND NEW.outcome = 'withdrawn'))
  ) EXECUTE FUNCTION tips_refuse('what an officer has taken up is ended at the desk');
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0063_chats_come_with_their_tip")]

    operations = [
        migrations.RunSQL(_HOLD, "DROP TRIGGER tip_acted_on_is_kept ON tips_tip"),
    ]
