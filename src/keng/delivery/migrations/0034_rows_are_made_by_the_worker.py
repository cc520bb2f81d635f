"""Groups and subscribers get their rows from the worker, once, and only as it was approved.

The desk writes a dispatch to many, its texts and its audience, and no row. The worker makes the
rows while the dispatch has none yet and nobody holds or stopped it: groups that stand in the
approved audience, where it says they are posted, or that were sent what this corrects or takes
back. The check is of a whole statement: of a hundred thousand rows it asks once.
"""

from django.db import migrations

_PROCESSES = "('keng_public', 'keng_edge', 'keng_desk', 'keng_worker', 'keng_sender')"
_TO_MANY = "('warning', 'correction', 'recall')"


def _delivery_of_this_process(desk: str, worker: str) -> str:
    return f"""
CREATE OR REPLACE TRIGGER delivery_of_this_process BEFORE INSERT ON delivery_delivery
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NEW.recipient_kind <> 'subscription'
    OR current_user = 'keng_edge'
      AND NEW.recipient_kind NOT IN ('conversation', 'subscription', 'asker')
    OR current_user = 'keng_worker' AND NEW.recipient_kind NOT IN ({worker})
    OR current_user = 'keng_desk' AND NEW.recipient_kind NOT IN ({desk})
    OR current_user = 'keng_sender'
  ) EXECUTE FUNCTION delivery_refuse('sends nothing to these recipients');
"""


def _row_by_row(processes: str) -> str:
    return f"""
DROP TRIGGER delivery_to_many_was_approved ON delivery_delivery;
CREATE CONSTRAINT TRIGGER delivery_to_many_was_approved AFTER INSERT ON delivery_delivery
  FOR EACH ROW WHEN (
    NEW.recipient_kind IN ('group', 'subscription') AND current_user IN {processes}
  ) EXECUTE FUNCTION delivery_hold_to_many();
"""


_HOLD = f"""
CREATE FUNCTION delivery_hold_materialised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'keng_worker' OR NOT EXISTS (
    SELECT FROM made WHERE recipient_kind IN ('group', 'subscription')
  ) THEN
    RETURN NULL;
  END IF;
  IF EXISTS (
    WITH to_many AS (
      SELECT * FROM made WHERE recipient_kind IN ('group', 'subscription')
    ), open AS (
      SELECT d.id, a.definition
      FROM delivery_dispatch d JOIN delivery_dispatchaudience a ON a.dispatch_id = d.id
      WHERE d.id IN (SELECT dispatch_id FROM to_many) AND d.kind IN {_TO_MANY}
        AND d.approval_id IS NOT NULL AND d.materialised_at IS NULL AND d.cancelled_at IS NULL
        AND d.held_at IS NULL
    ), earlier AS (
      SELECT open.id, each.value::uuid AS sent
      FROM open, jsonb_array_elements_text(open.definition -> 'earlier') each
    ), may AS (
      SELECT open.id, (g ->> 0)::uuid AS posted, g ->> 2 AS address
      FROM open, jsonb_array_elements(open.definition -> 'groups') g
      UNION ALL
      -- What it replaces had no rows yet, or had some.
      SELECT e.id, (g ->> 0)::uuid, g ->> 2
      FROM earlier e JOIN delivery_dispatchaudience a ON a.dispatch_id = e.sent,
        jsonb_array_elements(a.definition -> 'groups') g
      UNION ALL
      SELECT e.id, d.recipient_ref, d.address
      FROM earlier e JOIN delivery_delivery d ON d.dispatch_id = e.sent
      WHERE d.recipient_kind = 'group'
    )
    SELECT FROM to_many n
    WHERE n.text_sealed IS NOT NULL
      OR NOT EXISTS (
        SELECT FROM open JOIN delivery_dispatchtext t ON t.dispatch_id = open.id
        WHERE t.id = n.text_id AND open.id = n.dispatch_id)
      OR n.recipient_kind = 'group' AND NOT EXISTS (
        SELECT FROM may
        WHERE may.id = n.dispatch_id AND posted = n.recipient_ref AND address = n.address)
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'groups and subscribers get what was approved, and once';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER delivery_is_materialised_as_approved AFTER INSERT ON delivery_delivery
  REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION delivery_hold_materialised();
-- A lead's page shows the words of the dispatch: those of the worker's own are no warning.
CREATE FUNCTION delivery_hold_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM delivery_dispatch d
    WHERE d.id = NEW.dispatch_id AND d.kind IN {_TO_MANY} AND d.approval_id IS NOT NULL
      AND d.materialised_at IS NULL AND d.cancelled_at IS NULL AND d.held_at IS NULL
  ) THEN
    RAISE insufficient_privilege USING MESSAGE = 'leads pass on what was approved, and once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER task_is_of_what_was_approved BEFORE INSERT ON delivery_relaytask
  FOR EACH ROW WHEN (current_user = 'keng_worker') EXECUTE FUNCTION delivery_hold_task();
CREATE TRIGGER dispatch_is_materialised_once
  BEFORE UPDATE OF materialised_at, held_at, cancelled_at ON delivery_dispatch
  FOR EACH ROW WHEN (
    current_user IN {_PROCESSES} AND (
      OLD.materialised_at IS NOT NULL
        AND NEW.materialised_at IS DISTINCT FROM OLD.materialised_at
      OR OLD.cancelled_at IS NOT NULL AND (
        NEW.materialised_at IS DISTINCT FROM OLD.materialised_at OR NEW.cancelled_at IS NULL)
      OR current_user = 'keng_worker' AND OLD.held_at IS NOT NULL)
  ) EXECUTE FUNCTION delivery_refuse('a dispatch gets its rows once, and none when it is held');
"""  # noqa: S608 -- our own pieces
_LET_GO = """
DROP TRIGGER dispatch_is_materialised_once ON delivery_dispatch;
DROP TRIGGER task_is_of_what_was_approved ON delivery_relaytask;
DROP FUNCTION delivery_hold_task();
DROP TRIGGER delivery_is_materialised_as_approved ON delivery_delivery;
DROP FUNCTION delivery_hold_materialised();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0033_audience_by_definition")]

    operations = [
        migrations.RunSQL(
            _delivery_of_this_process(
                "'conversation', 'pager', 'room'",
                "'group', 'subscription', 'conversation', 'pager', 'room', 'asker'",
            )
            + _row_by_row("('keng_public', 'keng_edge', 'keng_desk', 'keng_sender')")
            + _HOLD,
            _LET_GO
            + _row_by_row(_PROCESSES)
            + _delivery_of_this_process(
                "'group', 'subscription', 'conversation', 'pager', 'room'",
                "'conversation', 'pager', 'room', 'asker'",
            ),
        ),
    ]
