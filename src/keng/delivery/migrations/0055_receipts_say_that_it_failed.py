"""A receipt may also say that what left did not arrive: the edge ends such a row as refused."""

from django.db import migrations

_MOVES = """
CREATE OR REPLACE TRIGGER delivery_moves_by_its_process BEFORE UPDATE OF state ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NEW.state <> OLD.state AND (
      OLD.recipient_kind = 'group'
        AND (OLD.channel <> 'by_hand' OR NEW.state NOT IN ('relayed', 'queued'))
      OR OLD.recipient_kind <> 'group' AND NEW.state <> 'cancelled')
    OR current_user = 'keng_edge' AND NEW.state <> OLD.state
      AND NEW.state NOT IN ('delivered', 'read'{failed})
      AND NOT (OLD.recipient_kind IN ('conversation', 'subscription') AND NEW.state = 'cancelled')
  ) EXECUTE FUNCTION delivery_refuse('this row is not moved by this process');
CREATE OR REPLACE TRIGGER delivery_moved_by_edge BEFORE UPDATE ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_edge' AND NOT (
      OLD.provider_id <> '' AND (
        OLD.state IN ('sent', 'unknown') AND NEW.state IN ('delivered', 'read'{failed})
        OR OLD.state = 'delivered' AND NEW.state = 'read')
        AND NEW.settled_at IS NOT DISTINCT FROM OLD.settled_at
        AND NEW.called_off_at IS NOT DISTINCT FROM OLD.called_off_at
        AND NEW.address_sealed IS NOT DISTINCT FROM OLD.address_sealed
        AND NEW.text_sealed IS NOT DISTINCT FROM OLD.text_sealed
        {code}
      OR OLD.recipient_kind IN ('conversation', 'subscription') AND (
        OLD.state IN ('queued', 'not_now') AND NEW.state = 'cancelled'
        OR OLD.state = 'leased' AND NEW.state = 'leased')
        {same_code})
  ) EXECUTE FUNCTION delivery_refuse('this row is not moved by this process');
"""
_CODE = """AND NEW.code = CASE NEW.state WHEN 'rejected' THEN 'not_delivered' ELSE OLD.code END"""
_SAME_CODE = "AND NEW.code = OLD.code"
_WITH_FAILED = _MOVES.format(failed=", 'rejected'", code=_CODE, same_code=_SAME_CODE)
_BEFORE = _MOVES.format(failed="", code="", same_code="")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0054_return_mailbox")]

    operations = [migrations.RunSQL(_WITH_FAILED, _BEFORE)]
