"""What the edge may move: a receipt for what left with a number, and a chat or letter that stops.

Else it could say of a warning that still waits that it arrived, and nobody would send it.
"""

from django.db import migrations

_HOLD = """
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
    dependencies = [("delivery", "0020_public_site_ends_only_what_goes_to_one")]

    operations = [
        migrations.RunSQL(_HOLD, "DROP TRIGGER delivery_moved_by_edge ON delivery_delivery"),
    ]
