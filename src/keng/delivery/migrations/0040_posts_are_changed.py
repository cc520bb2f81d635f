"""A correction or a recall knows whose post it changes, and whether the desk chose to delete it.

A process can name no post but the same recipient's, and deletes none unless that was approved.
"""

from django.db import migrations, models

_HOLD = """
CREATE FUNCTION delivery_hold_earlier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM delivery_delivery e
    WHERE e.id = NEW.earlier_ref AND e.recipient_ref = NEW.recipient_ref
      AND e.channel = NEW.channel
  ) OR NEW.deletes_post AND NOT EXISTS (
    SELECT FROM delivery_dispatchaudience a
    WHERE a.dispatch_id = NEW.dispatch_id AND a.definition -> 'deletes_posts' = 'true'::jsonb
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'posts of the same recipient are changed, and deleted where that was approved';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delivery_changes_what_was_approved BEFORE INSERT ON delivery_delivery
  FOR EACH ROW WHEN (NEW.earlier_ref IS NOT NULL OR NEW.deletes_post)
  EXECUTE FUNCTION delivery_hold_earlier();
"""
_LET_GO = """
DROP TRIGGER delivery_changes_what_was_approved ON delivery_delivery;
DROP FUNCTION delivery_hold_earlier();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0039_pagers_by_telephone")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="earlier_ref",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="deletes_post",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
