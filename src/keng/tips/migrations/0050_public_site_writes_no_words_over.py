"""The public site takes words away with a report that is taken back, and writes none over others.

It may reopen what its reporter objects to and close what its reporter takes back: no other end.
"""

from django.db import migrations

_HOLD = """
CREATE FUNCTION tips_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING
    MESSAGE = format('%s does not do this to %s: %s', current_user, TG_TABLE_NAME, TG_ARGV[0]);
END $$;
CREATE TRIGGER tip_keeps_its_words BEFORE UPDATE OF text, place_detail ON tips_tip
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (
      NEW.text <> '' AND NEW.text <> OLD.text
      OR NEW.place_detail <> '' AND NEW.place_detail <> OLD.place_detail
      OR (NEW.text <> OLD.text OR NEW.place_detail <> OLD.place_detail)
        AND NEW.withdrawn_at IS NULL)
  ) EXECUTE FUNCTION tips_refuse('words go when the report is taken back');
CREATE TRIGGER tip_is_decided_by_the_desk
  BEFORE UPDATE OF state, kind, outcome, responsible_unit_id, assigned_to_id ON tips_tip
  FOR EACH ROW WHEN (
    current_user = 'keng_public'
    AND (NEW.state, NEW.kind, NEW.outcome, NEW.responsible_unit_id, NEW.assigned_to_id)
      IS DISTINCT FROM
      (OLD.state, OLD.kind, OLD.outcome, OLD.responsible_unit_id, OLD.assigned_to_id)
    AND NOT (OLD.kind = 'ngoai_pham_vi' AND NEW.state = 'received' AND NEW.assigned_to_id IS NULL)
    AND NOT (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL AND NEW.state = 'closed'
      AND NEW.outcome = 'withdrawn' AND NEW.kind = OLD.kind
      AND NEW.responsible_unit_id = OLD.responsible_unit_id)
  ) EXECUTE FUNCTION tips_refuse('a reporter objects or takes back, and no more');
CREATE TRIGGER message_keeps_its_words BEFORE UPDATE OF text ON tips_dialoguemessage
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NEW.text <> OLD.text
    AND (NEW.text <> '' OR NEW.author <> 'reporter')
  ) EXECUTE FUNCTION tips_refuse('words go when the report is taken back');
"""
_LET_GO = """
DROP TRIGGER message_keeps_its_words ON tips_dialoguemessage;
DROP TRIGGER tip_is_decided_by_the_desk ON tips_tip;
DROP TRIGGER tip_keeps_its_words ON tips_tip;
DROP FUNCTION tips_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0044_files_known_by_a_hash")]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
