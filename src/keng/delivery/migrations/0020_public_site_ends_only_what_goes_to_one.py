"""The public site calls off what goes to one person, says "passed on" for leads, and no more.

Calls to officers, and rows of groups that the machine reaches, it leaves alone. And no process
forgets an address or sealed words of a row that still has to arrive: it would never leave.
"""

from django.db import migrations

_PROCESSES = "('keng_public', 'keng_edge', 'keng_desk', 'keng_worker', 'keng_sender')"
_HOLD = f"""
CREATE TRIGGER delivery_ended_by_public BEFORE UPDATE ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NOT (
      OLD.recipient_kind IN ('conversation', 'subscription') AND (
        OLD.state IN ('queued', 'not_now') AND NEW.state = 'cancelled'
        OR OLD.state = 'leased' AND NEW.state = 'leased')
      OR OLD.recipient_kind = 'group' AND OLD.channel = 'by_hand'
        AND (OLD.state = 'queued' AND NEW.state = 'relayed'
          OR OLD.state = 'relayed' AND NEW.state = 'queued')
        AND NEW.called_off_at IS NOT DISTINCT FROM OLD.called_off_at
        AND NEW.address_sealed IS NOT DISTINCT FROM OLD.address_sealed
        AND NEW.text_sealed IS NOT DISTINCT FROM OLD.text_sealed)
  ) EXECUTE FUNCTION delivery_refuse('this row is not moved by this process');
CREATE TRIGGER delivery_is_forgotten_when_it_ends
  BEFORE UPDATE OF address_sealed, text_sealed ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user IN {_PROCESSES} AND NEW.state IN ('queued', 'not_now', 'leased') AND (
      NEW.address_sealed IS NULL AND OLD.address_sealed IS NOT NULL
      OR NEW.text_sealed IS NULL AND OLD.text_sealed IS NOT NULL)
  ) EXECUTE FUNCTION delivery_refuse('a row that is still to arrive keeps its address');
"""
_LET_GO = """
DROP TRIGGER delivery_is_forgotten_when_it_ends ON delivery_delivery;
DROP TRIGGER delivery_ended_by_public ON delivery_delivery;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0019_who_may_send_to_whom")]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
