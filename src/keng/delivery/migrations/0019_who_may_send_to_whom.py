"""Whoever receives decides: groups and subscribers get what was approved, whatever a row is called.

Rules about the process stand in the condition of a trigger, so that a row costs next to nothing;
what has to look at the dispatch is looked at after the statement, which may have made both. The
owner's commands and migrations are not held.
"""

from django.db import migrations

_PROCESSES = "('keng_public', 'keng_edge', 'keng_desk', 'keng_worker', 'keng_sender')"
_REFUSE = """
CREATE FUNCTION delivery_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING
    MESSAGE = format('%s does not do this to %s: %s', current_user, TG_TABLE_NAME, TG_ARGV[0]);
END $$;
"""
# What a process sends, and to whom: answers of the edge, letters of the public site to who
# subscribes, calls and answers of the worker. Only the desk sends what somebody approved.
_BY_PROCESS = """
CREATE TRIGGER dispatch_of_this_process BEFORE INSERT ON delivery_dispatch
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (NEW.kind <> 'notice' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_edge' AND (NEW.kind <> 'ack' OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_worker'
      AND (NEW.kind NOT IN ('ack', 'reply', 'page') OR NEW.approval_id IS NOT NULL)
    OR current_user = 'keng_sender'
  ) EXECUTE FUNCTION delivery_refuse('sends nothing of this kind');
CREATE TRIGGER delivery_of_this_process BEFORE INSERT ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NEW.recipient_kind <> 'subscription'
    OR current_user = 'keng_edge'
      AND NEW.recipient_kind NOT IN ('conversation', 'subscription', 'asker')
    OR current_user = 'keng_worker'
      AND NEW.recipient_kind NOT IN ('conversation', 'pager', 'room', 'asker')
    OR current_user = 'keng_desk'
      AND NEW.recipient_kind NOT IN ('group', 'subscription', 'conversation', 'pager', 'room')
    OR current_user = 'keng_sender'
  ) EXECUTE FUNCTION delivery_refuse('sends nothing to these recipients');
"""
_BY_DISPATCH = f"""
-- Made by this very transaction: a row that can be seen while whoever wrote it is still at work.
CREATE FUNCTION delivery_is_being_made(dispatch uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM delivery_dispatch d
    WHERE d.id = dispatch AND d.created_at >= transaction_timestamp() AND pg_xact_status((
      -- With the high bits of ours, which the number in a row has not.
      ((pg_current_xact_id()::text::bigint + 2147483648 - d.xmin::text::bigint) >> 32 << 32)
      + d.xmin::text::bigint
    )::text::xid8) = 'in progress'
  )
$$;
CREATE FUNCTION delivery_hold_to_many() RETURNS trigger LANGUAGE plpgsql AS $$
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
    -- The last word to who has just stopped.
    IF sent.kind = 'ack' AND EXISTS (
      SELECT FROM network_subscription s
      WHERE s.id = NEW.recipient_ref AND s.stopped_at = transaction_timestamp()
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
CREATE CONSTRAINT TRIGGER delivery_to_many_was_approved AFTER INSERT ON delivery_delivery
  FOR EACH ROW WHEN (
    NEW.recipient_kind IN ('group', 'subscription') AND current_user IN {_PROCESSES}
  ) EXECUTE FUNCTION delivery_hold_to_many();
CREATE FUNCTION delivery_hold_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT delivery_is_being_made(NEW.dispatch_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'a dispatch gets its texts when it is made';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER text_comes_with_its_dispatch AFTER INSERT ON delivery_dispatchtext
  FOR EACH ROW WHEN (current_user IN {_PROCESSES}) EXECUTE FUNCTION delivery_hold_text();
"""  # noqa: S608 -- our own pieces
# Recipient, address, text and dispatch of a row stay as they were made: no process is granted to
# change them (site.grants) but to forget an address or a sealed text.
_CHANGED = f"""
CREATE TRIGGER delivery_is_only_forgotten
  BEFORE UPDATE OF address_sealed, text_sealed ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user IN {_PROCESSES} AND (
      NEW.address_sealed IS NOT NULL AND NEW.address_sealed IS DISTINCT FROM OLD.address_sealed
      OR NEW.text_sealed IS NOT NULL AND NEW.text_sealed IS DISTINCT FROM OLD.text_sealed)
  ) EXECUTE FUNCTION delivery_refuse('addresses and texts are only forgotten');
CREATE TRIGGER conversation_is_only_forgotten
  BEFORE UPDATE OF reply_address_sealed ON delivery_conversation
  FOR EACH ROW WHEN (current_user = 'keng_public' AND NEW.reply_address_sealed <> '')
  EXECUTE FUNCTION delivery_refuse('an address is only forgotten');
CREATE TRIGGER delivery_stays_called_off BEFORE UPDATE OF called_off_at ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user IN {_PROCESSES} AND OLD.called_off_at IS NOT NULL AND NEW.called_off_at IS NULL
  ) EXECUTE FUNCTION delivery_refuse('what was called off stays so');
CREATE TRIGGER delivery_moves_by_its_process BEFORE UPDATE OF state ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NEW.state <> OLD.state AND (
      OLD.recipient_kind = 'group'
        AND (OLD.channel <> 'by_hand' OR NEW.state NOT IN ('relayed', 'queued'))
      OR OLD.recipient_kind <> 'group' AND NEW.state <> 'cancelled')
    OR current_user = 'keng_edge' AND NEW.state <> OLD.state
      AND NEW.state NOT IN ('delivered', 'read')
      AND NOT (OLD.recipient_kind IN ('conversation', 'subscription') AND NEW.state = 'cancelled')
  ) EXECUTE FUNCTION delivery_refuse('this row is not moved by this process');
"""
_BACKWARDS = """
DROP TRIGGER delivery_moves_by_its_process ON delivery_delivery;
DROP TRIGGER delivery_stays_called_off ON delivery_delivery;
DROP TRIGGER conversation_is_only_forgotten ON delivery_conversation;
DROP TRIGGER delivery_is_only_forgotten ON delivery_delivery;
DROP TRIGGER text_comes_with_its_dispatch ON delivery_dispatchtext;
DROP FUNCTION delivery_hold_text();
DROP TRIGGER delivery_to_many_was_approved ON delivery_delivery;
DROP FUNCTION delivery_hold_to_many();
DROP FUNCTION delivery_is_being_made(uuid);
DROP TRIGGER delivery_of_this_process ON delivery_delivery;
DROP TRIGGER dispatch_of_this_process ON delivery_dispatch;
DROP FUNCTION delivery_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0018_conversations_to_answer"), ("network", "0001_initial")]

    operations = [
        migrations.RunSQL(_REFUSE + _BY_PROCESS + _BY_DISPATCH + _CHANGED, _BACKWARDS),
    ]
