"""The edge answers who has just begun a subscription, as it answers who has just stopped one."""

from django.db import migrations

_STOPPED = "s.stopped_at = transaction_timestamp()"
_BEGUN_OR_STOPPED = f"({_STOPPED} OR s.asked_at = transaction_timestamp())"


def _function(of_the_edge: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION delivery_hold_to_many() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sent record;
BEGIN
  SELECT kind, approval_id, source_kind, source_ref INTO sent
  FROM delivery_dispatch WHERE id = NEW.dispatch_id;
  IF current_user = 'keng_public' THEN
    -- The letter to an address that was typed in a moment ago, and no second one soon.
    IF sent.source_kind = 'subscription' AND sent.source_ref = NEW.recipient_ref
       AND NEW.part = 1 AND NEW.created_at >= transaction_timestamp() AND NOT EXISTS (
         SELECT FROM delivery_delivery earlier
         WHERE earlier.recipient_ref = NEW.recipient_ref AND earlier.id <> NEW.id
           AND earlier.recipient_kind = 'subscription'
           AND earlier.dispatch_id <> NEW.dispatch_id
           AND earlier.created_at > now() - interval '9 minutes'
           AND EXISTS (SELECT FROM delivery_dispatch o
                       WHERE o.id = earlier.dispatch_id AND o.kind = 'notice')
       ) THEN
      RETURN NULL;
    END IF;
  ELSIF current_user = 'keng_edge' THEN
    IF sent.kind = 'ack' AND EXISTS (
      SELECT FROM network_subscription s WHERE s.id = NEW.recipient_ref AND {of_the_edge}
    ) THEN
      RETURN NULL;
    END IF;
  ELSIF sent.kind IN ('warning', 'correction', 'recall') AND sent.approval_id IS NOT NULL
     AND NEW.text_sealed IS NULL AND delivery_is_being_made(NEW.dispatch_id) AND EXISTS (
       SELECT FROM delivery_dispatchtext t
       WHERE t.id = NEW.text_id AND t.dispatch_id = NEW.dispatch_id
     ) THEN
    RETURN NULL;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = 'groups and subscribers get what was approved, when it was approved';
END $$;
"""  # noqa: S608 -- our own pieces


class Migration(migrations.Migration):
    dependencies = [("delivery", "0039_pagers_by_telephone")]

    operations = [migrations.RunSQL(_function(_BEGUN_OR_STOPPED), _function(_STOPPED))]
