"""The worker tells what somebody asked to be told: at the address that asked, and nowhere else.

Whoever subscribes to the warnings of places gets those alone, after an approval.
"""

from django.db import migrations


def _dispatch_of_this_process(sources: str) -> str:
    return f"""
CREATE OR REPLACE TRIGGER dispatch_of_this_process BEFORE INSERT ON delivery_dispatch
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (NEW.kind <> 'notice' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_edge' AND (NEW.kind <> 'ack' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_worker'
      AND (NEW.kind NOT IN ('ack', 'reply', 'page')
           AND NOT (NEW.kind = 'notice' AND NEW.source_kind IN ({sources}))
           OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_sender'
  ) EXECUTE FUNCTION delivery_refuse('sends nothing of this kind');
"""


_HOLD = """
CREATE FUNCTION delivery_hold_told_what_was_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM delivery_dispatch d WHERE d.id = NEW.dispatch_id AND d.kind = 'notice'
  ) AND NOT EXISTS (
    SELECT FROM network_subscription s
    WHERE s.id = NEW.recipient_ref AND s.address_sealed = NEW.address_sealed
      AND s.channel = NEW.channel AND s.confirmed_at IS NOT NULL AND s.stopped_at IS NULL
      AND NOT EXISTS (
        SELECT FROM network_subscription_places p WHERE p.subscription_id = s.id)
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'whoever asked to be told something is told';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER told_where_they_asked BEFORE INSERT ON delivery_delivery
  FOR EACH ROW WHEN (NEW.recipient_kind = 'asker' AND current_user = 'keng_worker')
  EXECUTE FUNCTION delivery_hold_told_what_was_asked();
"""
_LET_GO = """
DROP TRIGGER told_where_they_asked ON delivery_delivery;
DROP FUNCTION delivery_hold_told_what_was_asked();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0048_calls_taken_by_link"),
        ("network", "0020_told_when_a_warning_is_over"),
    ]

    operations = [
        migrations.RunSQL(
            _dispatch_of_this_process("'relay', 'lead_way', 'warning_over', 'changed_share'") + _HOLD,
            _LET_GO + _dispatch_of_this_process("'relay', 'lead_way'"),
        ),
    ]
