"""The worker tells what somebody asked to be told: at the address that asked, and nowhere else.

Whoever subscribes to the warnings of places gets those alone, after an approval. And whoever stops
on the public site, a lead or somebody who asked, ends what still waits for them; a lead whose link
asked for their erasing is told of it.
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


def _ended_by_public(people: str) -> str:
    return f"""
CREATE OR REPLACE TRIGGER delivery_ended_by_public BEFORE UPDATE ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NOT (
      OLD.recipient_kind IN ({people}) AND (
        OLD.state IN ('queued', 'not_now') AND NEW.state = 'cancelled'
        OR OLD.state = 'leased' AND NEW.state = 'leased')
      OR OLD.recipient_kind = 'group' AND OLD.channel = 'by_hand'
        AND (OLD.state = 'queued' AND NEW.state = 'relayed'
          OR OLD.state = 'relayed' AND NEW.state = 'queued')
        AND NEW.called_off_at IS NOT DISTINCT FROM OLD.called_off_at
        AND NEW.address_sealed IS NOT DISTINCT FROM OLD.address_sealed
        AND NEW.text_sealed IS NOT DISTINCT FROM OLD.text_sealed)
  ) EXECUTE FUNCTION delivery_refuse('this row is not moved by this process');
"""


def _lead_is_told(who: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION delivery_hold_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.text_sealed IS NULL OR NOT EXISTS (
    SELECT FROM network_leadway w JOIN network_lead l ON l.id = w.lead_id
    WHERE w.lead_id = NEW.recipient_ref AND w.address_sealed = NEW.address_sealed
      AND w.channel = NEW.channel AND {who}
      -- Before somebody agreed there, one message asks for that and says nothing else.
      AND (w.confirmed_at IS NOT NULL OR w.first_message_at IS NULL AND EXISTS (
        SELECT FROM delivery_dispatch d
        WHERE d.id = NEW.dispatch_id AND d.source_kind = 'lead_way'))
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'leads are told where they agreed to be told';
  END IF;
  RETURN NEW;
END $$;
"""  # noqa: S608 -- our own words only


_TAKES_PART = "l.stopped_at IS NULL"
# Of who asked to be erased: that somebody did, with the link, and how to call it off.
_OR_ASKED_TO_BE_ERASED = f"""({_TAKES_PART} OR l.erase_asked_at IS NOT NULL AND EXISTS (
        SELECT FROM delivery_dispatch d
        WHERE d.id = NEW.dispatch_id AND d.source_kind = 'lead_erasing'))"""
# Of whoever looked something up the public site ends nothing: they are no subscription.
_CALL_OFF = """
CREATE FUNCTION delivery_hold_called_off_by_public() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM network_subscription s WHERE s.id = OLD.recipient_ref) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'keng_public does not do this to delivery_delivery: nobody asked to be told';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER public_calls_off_what_was_asked_for BEFORE UPDATE ON delivery_delivery
  FOR EACH ROW WHEN (OLD.recipient_kind = 'asker' AND current_user = 'keng_public')
  EXECUTE FUNCTION delivery_hold_called_off_by_public();
"""
_CALL_OFF_NO_MORE = """
DROP TRIGGER public_calls_off_what_was_asked_for ON delivery_delivery;
DROP FUNCTION delivery_hold_called_off_by_public();
"""
_TO_ONE = "'conversation', 'subscription'"


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0048_calls_taken_by_link"),
        ("network", "0020_told_when_a_warning_is_over"),
    ]

    operations = [
        migrations.RunSQL(
            _dispatch_of_this_process(
                "'relay', 'lead_way', 'lead_erasing', 'warning_over', 'changed_share'"
            )
            + _HOLD,
            _LET_GO + _dispatch_of_this_process("'relay', 'lead_way'"),
        ),
        migrations.RunSQL(
            _ended_by_public(f"{_TO_ONE}, 'lead', 'asker'")
            + _CALL_OFF
            + _lead_is_told(_OR_ASKED_TO_BE_ERASED),
            _lead_is_told(_TAKES_PART) + _CALL_OFF_NO_MORE + _ended_by_public(_TO_ONE),
        ),
    ]
