"""Where no account reaches a group any more, its leads are asked to pass on a correction.

And what waits to leave gets its number on the ladder (keng.delivery.priorities).
"""

from django.db import migrations

_NOT_YET_MADE = """
    SELECT FROM delivery_dispatch d
    WHERE d.id = NEW.dispatch_id AND d.kind IN ('warning', 'correction', 'recall')
      AND d.approval_id IS NOT NULL
      AND d.materialised_at IS NULL AND d.cancelled_at IS NULL AND d.held_at IS NULL"""
_NOT_REACHED = """
    SELECT FROM delivery_dispatch d JOIN delivery_delivery r ON r.dispatch_id = d.id
    WHERE d.id = NEW.dispatch_id AND d.kind IN ('correction', 'recall')
      AND d.approval_id IS NOT NULL AND d.cancelled_at IS NULL
      AND r.recipient_kind = 'group' AND r.recipient_ref = NEW.group_id
      AND r.state = 'rejected' AND r.code = 'no_account'"""


def _hold_task(*cases: str) -> str:
    none_holds = " AND ".join(f"NOT EXISTS ({case}\n  )" for case in cases)
    return f"""
CREATE OR REPLACE FUNCTION delivery_hold_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {none_holds} THEN
    RAISE insufficient_privilege USING MESSAGE = 'leads pass on what was approved, and once';
  END IF;
  RETURN NEW;
END $$;
"""

_ON_THE_LADDER = """
UPDATE delivery_delivery d SET priority = CASE WHEN o.kind = 'warning' THEN 7 ELSE 6 END
FROM delivery_dispatch o
WHERE o.id = d.dispatch_id AND d.state IN ('queued', 'leased', 'not_now')
  AND (o.kind IN ('correction', 'recall') OR o.kind = 'warning' AND d.is_urgent)
"""

_HOLD_ACCOUNT = """
CREATE FUNCTION delivery_hold_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('queued', 'not_now') OR NOT EXISTS (
    SELECT FROM delivery_dispatch d
    WHERE d.id = OLD.dispatch_id AND d.kind IN ('correction', 'recall')
  ) OR NOT EXISTS (
    SELECT FROM delivery_channelaccount a
    WHERE a.id = NEW.account_id AND a.channel = OLD.channel AND a.is_active
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'a correction that waits goes by another account of its channel, and nothing else';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delivery_goes_by_another_account BEFORE UPDATE OF account_id ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_worker' AND NEW.account_id IS DISTINCT FROM OLD.account_id
  ) EXECUTE FUNCTION delivery_hold_account();
"""
_LET_ACCOUNT_GO = """
DROP TRIGGER delivery_goes_by_another_account ON delivery_delivery;
DROP FUNCTION delivery_hold_account();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0040_first_word_to_a_subscriber")]

    operations = [
        migrations.RunSQL(_ON_THE_LADDER, migrations.RunSQL.noop),
        migrations.RunSQL(_hold_task(_NOT_YET_MADE, _NOT_REACHED), _hold_task(_NOT_YET_MADE)),
        migrations.RunSQL(_HOLD_ACCOUNT, _LET_ACCOUNT_GO),
    ]
