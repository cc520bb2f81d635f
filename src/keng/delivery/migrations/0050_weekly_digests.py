"""What a subscriber's week has no room for waits for a digest, which the worker writes.

For a digest waits what was approved, from the moment at which its rows are made, or a correction of
it. A digest goes to a live subscription for which something waited, at its own address, once a
week, and says one text of its own dispatch. The entries of whoever stops go at once, whichever
process stops it.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import keng.kit.ids

_SOURCES = "'relay', 'lead_way', 'lead_erasing', 'warning_over', 'changed_share'"


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


_IS_DIGEST = """
  IF EXISTS (
    SELECT FROM delivery_dispatch d
    WHERE d.id IN (SELECT dispatch_id FROM made) AND d.source_kind = 'digest'
  ) THEN
    IF EXISTS (
      SELECT FROM made n WHERE n.recipient_kind <> 'subscription' OR n.text_sealed IS NOT NULL
        OR NOT EXISTS (
          SELECT FROM delivery_dispatch d
          JOIN delivery_dispatchtext t ON t.dispatch_id = d.id AND t.id = n.text_id
          JOIN network_subscription s ON s.id = n.recipient_ref
          JOIN delivery_digestentry e ON e.subscription_id = s.id AND e.delivery_ref = n.id
          WHERE d.id = n.dispatch_id AND d.kind = 'notice' AND d.source_kind = 'digest'
            AND s.address_sealed = n.address_sealed AND s.channel = n.channel
            AND s.confirmed_at IS NOT NULL AND s.stopped_at IS NULL)
    ) THEN
      RAISE insufficient_privilege USING
        MESSAGE = 'a digest goes to whom something waited for';
    END IF;
    -- TurnLock.DIGESTS: nobody else writes one beside this. A week is that of digest_times.
    PERFORM pg_advisory_xact_lock(5120021, hashtext(''));
    IF EXISTS (
      SELECT FROM made n WHERE n.created_at < now() OR EXISTS (
        SELECT FROM delivery_delivery w JOIN delivery_dispatch o ON o.id = w.dispatch_id
        WHERE w.recipient_ref = n.recipient_ref AND w.id <> n.id AND o.source_kind = 'digest'
          AND w.created_at >= date_bin('7 days', now(), '2026-01-04 08:00+07')
          AND NOT (w.state = 'cancelled' AND w.called_off_at IS NOT NULL))
    ) THEN
      RAISE insufficient_privilege USING MESSAGE = 'a digest comes once a week';
    END IF;
    RETURN NULL;
  END IF;
"""


def _hold(is_digest: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION delivery_hold_materialised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'keng_worker' OR NOT EXISTS (
    SELECT FROM made WHERE recipient_kind IN ('group', 'subscription')
  ) THEN
    RETURN NULL;
  END IF;
{is_digest}
  IF EXISTS (
    WITH to_many AS (
      SELECT * FROM made WHERE recipient_kind IN ('group', 'subscription')
    ), open AS (
      SELECT d.id, a.definition
      FROM delivery_dispatch d JOIN delivery_dispatchaudience a ON a.dispatch_id = d.id
      WHERE d.id IN (SELECT dispatch_id FROM to_many)
        AND d.kind IN ('warning', 'correction', 'recall')
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
"""  # noqa: S608 -- our own pieces


_IS_BEING_MADE = """
        SELECT FROM delivery_dispatch d JOIN delivery_dispatchaudience a ON a.dispatch_id = d.id
        WHERE d.id = n.dispatch_id AND d.approval_id IS NOT NULL AND d.materialised_at IS NULL
          AND d.cancelled_at IS NULL AND d.held_at IS NULL
"""
_ENTRIES = f"""
CREATE FUNCTION delivery_hold_new_digest_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'keng_worker' AND EXISTS (
    SELECT FROM made n
    WHERE n.delivery_ref IS NOT NULL
      OR NOT EXISTS ({_IS_BEING_MADE} AND d.kind IN ('warning', 'correction'))
      OR NOT EXISTS (
        SELECT FROM network_subscription s
        WHERE s.id = n.subscription_id AND s.confirmed_at IS NOT NULL
          -- Whoever stops while this is written ends no row of the others.
          AND (s.stopped_at IS NULL OR s.stopped_at >= now()))
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'for a digest waits what was approved, while its rows are made';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER digest_entry_is_of_what_was_approved AFTER INSERT ON delivery_digestentry
  REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION delivery_hold_new_digest_entries();
CREATE FUNCTION delivery_hold_changed_digest_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'keng_worker' AND EXISTS (
    SELECT FROM changed n JOIN before o ON o.id = n.id
    WHERE n.dispatch_id <> o.dispatch_id AND (
        n.delivery_ref IS NOT NULL
        OR NOT EXISTS ({_IS_BEING_MADE} AND d.kind = 'correction'
          AND a.definition -> 'earlier' ? o.dispatch_id::text))
      -- It is in one digest, unless that was called off.
      OR o.delivery_ref IS NOT NULL AND n.delivery_ref IS DISTINCT FROM o.delivery_ref AND (
        n.delivery_ref IS NOT NULL
        OR NOT EXISTS (
          SELECT FROM delivery_delivery w
          WHERE w.id = o.delivery_ref AND w.state = 'cancelled' AND w.called_off_at IS NOT NULL))
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'what waits for a digest becomes its correction, and is in one digest';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER digest_entry_changes_as_approved AFTER UPDATE ON delivery_digestentry
  REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION delivery_hold_changed_digest_entries();
"""  # noqa: S608 -- our own pieces
_NO_ENTRIES = """
DROP TRIGGER digest_entry_changes_as_approved ON delivery_digestentry;
DROP FUNCTION delivery_hold_changed_digest_entries();
DROP TRIGGER digest_entry_is_of_what_was_approved ON delivery_digestentry;
DROP FUNCTION delivery_hold_new_digest_entries();
"""

# With the owner's rights: of those who stop somebody only the worker may delete here.
_STOPPED = """
CREATE FUNCTION delivery_forget_digest_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM delivery_digestentry WHERE subscription_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER stopped_subscription_has_no_digest AFTER UPDATE ON network_subscription
  FOR EACH ROW WHEN (NEW.stopped_at IS NOT NULL AND OLD.stopped_at IS NULL)
  EXECUTE FUNCTION delivery_forget_digest_entries();
"""
_NOT_STOPPED = """
DROP TRIGGER stopped_subscription_has_no_digest ON network_subscription;
DROP FUNCTION delivery_forget_digest_entries();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0049_told_what_was_asked_for"),
        ("network", "0022_subscribers_limit_their_week"),
    ]

    operations = [
        migrations.CreateModel(
            name="DigestEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keng.kit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("delivery_ref", models.UUIDField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "dispatch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digest_entries",
                        to="delivery.dispatch",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="network.subscription",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("delivery_ref__isnull", True)),
                        fields=["added_at"],
                        name="digest_entry_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("taken_at__isnull", False)),
                        fields=["taken_at"],
                        name="digest_entry_taken",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription", "dispatch"), name="digest_names_a_dispatch_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(delivery_ref__isnull=True, taken_at__isnull=True)
                        | models.Q(delivery_ref__isnull=False, taken_at__isnull=False),
                        name="entry_in_a_digest_has_its_time",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            _dispatch_of_this_process(f"{_SOURCES}, 'digest'")
            + _hold(_IS_DIGEST)
            + _ENTRIES
            + _STOPPED,
            _NOT_STOPPED + _NO_ENTRIES + _hold("") + _dispatch_of_this_process(_SOURCES),
        ),
    ]
