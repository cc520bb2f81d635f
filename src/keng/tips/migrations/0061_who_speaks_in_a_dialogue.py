"""Only the desk speaks as an officer: what else is said is the reporter's or the machine's.

And who said what to whom stays; a message is emptied with its report, and not written over.
"""

from django.db import migrations

_HOLD = """
CREATE TRIGGER message_of_this_process BEFORE INSERT ON tips_dialoguemessage
  FOR EACH ROW WHEN (
    current_user IN ('keng_public', 'keng_edge', 'keng_worker') AND (
      NEW.officer_id IS NOT NULL OR NEW.author NOT IN ('reporter', 'automatic')
      OR current_user = 'keng_worker' AND NEW.author <> 'automatic')
  ) EXECUTE FUNCTION tips_refuse('only the desk speaks for an officer');
CREATE TRIGGER message_stays_whose_it_is
  BEFORE UPDATE OF tip_id, author, officer_id, text ON tips_dialoguemessage
  FOR EACH ROW WHEN (
    current_user = 'keng_worker' AND (
      (NEW.tip_id, NEW.author, NEW.officer_id) IS DISTINCT FROM
        (OLD.tip_id, OLD.author, OLD.officer_id)
      OR NEW.text <> OLD.text AND (NEW.text <> '' OR OLD.author <> 'reporter'))
  ) EXECUTE FUNCTION tips_refuse('only the desk speaks for an officer');
"""
_LET_GO = """
DROP TRIGGER message_stays_whose_it_is ON tips_dialoguemessage;
DROP TRIGGER message_of_this_process ON tips_dialoguemessage;
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0060_codes_on_paper")]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
