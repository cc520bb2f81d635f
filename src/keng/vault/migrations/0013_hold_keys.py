"""What is on hold is resealed to a key of its own by two holders, so that its month's key can die.

The opener writes the resealed records by functions that look at the request, the record of both
holders' coming, the hold and the two keys again. They run as the owner of the tables.
"""

import django.db.models.deletion
from django.db import migrations, models

# With no row where the request stands no more, or is about splitting keys anew.
_STANDING = """
CREATE FUNCTION vault_standing_resealing(
  request uuid, OUT from_key uuid, OUT to_key uuid, OUT unit uuid)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  SELECT asked.any_key_id, asked.hold_key_id, asked.unit_id INTO from_key, to_key, unit
  FROM vault_resharingrequest AS asked
  WHERE asked.id = request AND hold_key_id IS NOT NULL AND done_at IS NULL AND dropped_at IS NULL
    AND joined_at > now() - interval '1 day' AND second_ref <> first_ref
    AND 2 = (
      SELECT count(DISTINCT actor_id) FROM audit_entry
      WHERE object_kind = 'resharingrequest' AND object_id = request::text
        AND action = 'keys.resealing_joined'
        AND actor_id IN (asked.first_ref::text, asked.second_ref::text))
  FOR UPDATE;
END $$;
"""
_CALLER = """
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
"""
_ONLY_OPENER = """
  IF caller <> 'keng_opener' AND caller <> current_user THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the opener reseals';
  END IF;
"""
_HELD = f"""
CREATE FUNCTION vault_held_records(request uuid, most integer)
RETURNS TABLE (place text, record_id uuid, tip uuid, kind text, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  {_CALLER}
  standing record;
  head bytea;
BEGIN
  {_ONLY_OPENER}
  SELECT * INTO standing FROM vault_standing_resealing(request);
  head := '\\x04'::bytea || uuid_send(standing.from_key);
  RETURN QUERY
    WITH held AS (
      SELECT tip_id FROM tips_legalhold WHERE agreed_at IS NOT NULL AND ended_at IS NULL)
    SELECT 'identity', it.id, it.tip_ref, it.kind::text, it.ciphertext
    FROM vault_sealedidentity AS it JOIN held ON held.tip_id = it.tip_ref
    WHERE substring(it.ciphertext FROM 1 FOR 17) = head
    UNION ALL
    SELECT 'inbound', it.id, it.tip_ref, 'raw', it.raw_sealed
    FROM delivery_inbound AS it JOIN held ON held.tip_id = it.tip_ref
    WHERE substring(it.raw_sealed FROM 1 FOR 17) = head
    ORDER BY 2 LIMIT most;
END $$;
"""
# One record in the place of exactly what was opened, with its entry, or nothing.
_RESEAL = f"""
CREATE FUNCTION vault_reseal_held(
  request uuid, place text, record_id uuid, opened bytea, resealed bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  {_CALLER}
  standing record;
  tip uuid;
BEGIN
  {_ONLY_OPENER}
  IF place = 'identity' THEN
    SELECT tip_ref INTO tip FROM vault_sealedidentity WHERE id = record_id;
  ELSE
    SELECT tip_ref INTO tip FROM delivery_inbound WHERE id = record_id;
  END IF;
  -- Whoever ends the hold waits, or has ended it.
  PERFORM FROM tips_legalhold
  WHERE tip_id = tip AND agreed_at IS NOT NULL AND ended_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT * INTO standing FROM vault_standing_resealing(request);
  PERFORM FROM vault_unitkey
  WHERE id = standing.to_key AND held_from_id = standing.from_key AND destroyed_at IS NULL
  FOR SHARE;
  IF NOT FOUND
    OR substring(opened FROM 1 FOR 17) <> '\\x04'::bytea || uuid_send(standing.from_key)
    OR substring(resealed FROM 1 FOR 18) <> '\\x04'::bytea || uuid_send(standing.to_key) || '\\x03'
    OR octet_length(resealed) <> octet_length(opened)
  THEN
    RETURN false;
  END IF;
  IF place = 'identity' THEN
    UPDATE vault_sealedidentity SET ciphertext = resealed
    WHERE id = record_id AND tip_ref = tip AND ciphertext = opened;
  ELSE
    UPDATE delivery_inbound SET raw_sealed = resealed
    WHERE id = record_id AND tip_ref = tip AND raw_sealed = opened;
  END IF;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM audit_append(
    gen_random_uuid(), 'unit:' || standing.unit, now(), 'keys.held_resealed', 'process', 'opener',
    'unitkey', standing.to_key::text, jsonb_build_object('tip', tip::text));
  RETURN true;
END $$;
"""
# Files lie beside the database: the entry stands before the opener hands one out, sealed anew.
_FILES = f"""
CREATE FUNCTION vault_held_files(request uuid) RETURNS TABLE (file uuid, path text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  {_CALLER}
BEGIN
  {_ONLY_OPENER}
  IF (SELECT to_key FROM vault_standing_resealing(request)) IS NULL THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT it.id, it.original_path::text
    FROM tips_attachment AS it JOIN tips_legalhold AS hold ON hold.tip_id = it.tip_id
    WHERE hold.agreed_at IS NOT NULL AND hold.ended_at IS NULL AND it.original_path <> ''
    ORDER BY 1;
END $$;
CREATE FUNCTION vault_note_resealed_file(request uuid, file uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  {_CALLER}
  standing record;
  tip uuid := (SELECT tip_id FROM tips_attachment WHERE id = file);
BEGIN
  {_ONLY_OPENER}
  PERFORM FROM tips_legalhold
  WHERE tip_id = tip AND agreed_at IS NOT NULL AND ended_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT * INTO standing FROM vault_standing_resealing(request);
  PERFORM FROM vault_unitkey
  WHERE id = standing.to_key AND held_from_id = standing.from_key AND destroyed_at IS NULL
  FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM audit_append(
    gen_random_uuid(), 'unit:' || standing.unit, now(), 'keys.held_resealed', 'process', 'opener',
    'unitkey', standing.to_key::text, jsonb_build_object('tip', tip::text));
  RETURN true;
END $$;
"""
_END = f"""
CREATE FUNCTION vault_end_resealing(request uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  {_CALLER}
  standing record;
BEGIN
  {_ONLY_OPENER}
  SELECT * INTO standing FROM vault_standing_resealing(request);
  IF standing.to_key IS NULL OR EXISTS (SELECT FROM vault_held_records(request, 1)) THEN
    RETURN false;
  END IF;
  UPDATE vault_resharingrequest SET done_at = now() WHERE id = request;
  RETURN true;
END $$;
"""
_BACKWARDS = """
DROP FUNCTION vault_end_resealing(uuid);
DROP FUNCTION vault_note_resealed_file(uuid, uuid);
DROP FUNCTION vault_held_files(uuid);
DROP FUNCTION vault_reseal_held(uuid, text, uuid, bytea, bytea);
DROP FUNCTION vault_held_records(uuid, integer);
DROP FUNCTION vault_standing_resealing(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0012_opening_lapsed_by_restore"), ("audit", "0023_hold_keys")]

    operations = [
        migrations.AddField(
            "unitkey",
            "held_from",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hold_keys",
                to="vault.unitkey",
            ),
        ),
        migrations.AddConstraint(
            "unitkey",
            models.CheckConstraint(
                condition=models.Q(("held_from__isnull", True), ("retired_at__isnull", False), _connector="OR"),
                name="nothing_new_is_sealed_to_a_hold_key",
            ),
        ),
        migrations.AddField(
            "resharingrequest",
            "hold_key",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="vault.unitkey",
            ),
        ),
        migrations.AddField(
            "resharingrequest",
            "records",
            models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(_STANDING + _HELD + _RESEAL + _FILES + _END, _BACKWARDS),
    ]
