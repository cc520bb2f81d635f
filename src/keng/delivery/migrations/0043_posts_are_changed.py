"""A correction or a recall knows whose post it changes, and whether the desk chose to delete it.

What has begun at a provider may be called by a longer name. A process can name no post but the same recipient's, and deletes none unless that was approved.
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
# It reads the column that becomes wider, and stands again as 0021 made it.
_STAND_ASIDE = "DROP TRIGGER delivery_moved_by_edge ON delivery_delivery;"
_STAND_AGAIN = """
CREATE TRIGGER delivery_moved_by_edge BEFORE UPDATE ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_edge' AND NOT (
      OLD.provider_id <> '' AND (
        OLD.state IN ('sent', 'unknown') AND NEW.state IN ('delivered', 'read')
        OR OLD.state = 'delivered' AND NEW.state = 'read')
        AND NEW.settled_at IS NOT DISTINCT FROM OLD.settled_at
        AND NEW.called_off_at IS NOT DISTINCT FROM OLD.called_off_at
        AND NEW.address_sealed IS NOT DISTINCT FROM OLD.address_sealed
        AND NEW.text_sealed IS NOT DISTINCT FROM OLD.text_sealed
      OR OLD.recipient_kind IN ('conversation', 'subscription') AND (
        OLD.state IN ('queued', 'not_now') AND NEW.state = 'cancelled'
        OR OLD.state = 'leased' AND NEW.state = 'leased'))
  ) EXECUTE FUNCTION delivery_refuse('this row is not moved by this process');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0042_chats_and_answers_of_officers")]

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
        migrations.RunSQL(_STAND_ASIDE, _STAND_AGAIN),
        migrations.AlterField(
            model_name="delivery",
            name="provider_id",
            field=models.CharField(db_default="", default="", max_length=400),
        ),
        migrations.RunSQL(_STAND_AGAIN, _STAND_ASIDE),
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
