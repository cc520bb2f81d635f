"""When something was recorded, and the id of that, is said by the function and not by a process.

A process could name the year 20000, which no reader understands, or an id that stands first on the
auditor's page for ever. The owner's commands still name both, within what can be read.
"""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("keng.audit.migrations.0004_one_door")
_DROP_BEFORE = """
DROP FUNCTION audit_append(
  uuid, text, timestamptz, text, text, text, text, text, jsonb, OUT bigint, OUT bytea, OUT bytea);
"""
# A UUIDv7 as keng.kit.ids makes them: milliseconds, what is below them, random bits.
_ID_OF_MOMENT = """
CREATE FUNCTION audit_id_of(moment timestamptz) RETURNS uuid
LANGUAGE sql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT (
    lpad(to_hex(micro / 1000), 12, '0') || '7'
    || lpad(to_hex(micro % 1000 * 4096 / 1000), 3, '0')
    || substr(replace(gen_random_uuid()::text, '-', ''), 17)
  )::uuid
  FROM (SELECT (extract(epoch FROM moment) * 1000000)::bigint AS micro) AS moments
$$;
"""
_APPEND = """
CREATE FUNCTION audit_append(
  entry_id uuid, entry_chain text, entry_at timestamptz, entry_action text,
  entry_actor_kind text, entry_actor_id text, entry_object_kind text, entry_object_id text,
  entry_detail jsonb, OUT entry_seq bigint, OUT entry_previous bytea, OUT entry_hash bytea,
  OUT kept_id uuid, OUT kept_at timestamptz
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
  is_process boolean := starts_with(caller, 'keng_') AND caller <> current_user;
BEGIN
  IF is_process AND NOT audit_may_record(
    caller, entry_chain, entry_action, entry_actor_kind, entry_actor_id
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('%s records no %s of this actor', caller, entry_action);
  END IF;
  IF starts_with(caller, 'keng_') AND entry_action = 'intake.batch' THEN
    entry_actor_id := substr(caller, 6);
  END IF;
  SELECT last_seq, last_hash INTO entry_seq, entry_previous
  FROM audit_chain WHERE name = entry_chain FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    INSERT INTO audit_chain (name) VALUES (entry_chain) ON CONFLICT DO NOTHING;
    SELECT last_seq, last_hash INTO entry_seq, entry_previous
    FROM audit_chain WHERE name = entry_chain FOR NO KEY UPDATE;
  END IF;
  -- Behind the lock: the times of a chain follow each other as its entries do.
  kept_id := entry_id;
  kept_at := entry_at;
  IF is_process THEN
    kept_at := clock_timestamp();
    kept_id := audit_id_of(kept_at);
  ELSIF kept_at < '1970-01-01Z' OR kept_at >= '9999-01-01Z' THEN
    RAISE datetime_field_overflow USING MESSAGE = 'no moment that can be read';
  END IF;
  entry_seq := entry_seq + 1;
  IF entry_previous = ''::bytea THEN
    entry_previous := decode(repeat('00', 32), 'hex');
  END IF;
  entry_hash := sha256(entry_previous || convert_to(
    '[' || to_json(entry_chain)::text || ',' || entry_seq || ','
    || (extract(epoch FROM kept_at) * 1000000)::bigint || ','
    || to_json(entry_action)::text || ',' || to_json(entry_actor_kind)::text || ','
    || to_json(entry_actor_id)::text || ',' || to_json(entry_object_kind)::text || ','
    || to_json(entry_object_id)::text || ',' || audit_canonical(entry_detail) || ']', 'UTF8'
  ));
  INSERT INTO audit_entry
    (id, chain, seq, at, action, actor_kind, actor_id, object_kind, object_id, detail,
     previous_hash, hash)
  VALUES (kept_id, entry_chain, entry_seq, kept_at, entry_action, entry_actor_kind,
    entry_actor_id, entry_object_kind, entry_object_id, entry_detail, entry_previous, entry_hash);
  UPDATE audit_chain SET last_seq = entry_seq, last_hash = entry_hash WHERE name = entry_chain;
END $$;
"""
_BACKWARDS = f"""
DROP FUNCTION audit_append(
  uuid, text, timestamptz, text, text, text, text, text, jsonb, OUT bigint, OUT bytea, OUT bytea,
  OUT uuid, OUT timestamptz);
DROP FUNCTION audit_id_of(timestamptz);
{_BEFORE._APPEND}
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_one_door")]

    operations = [
        migrations.RunSQL(_DROP_BEFORE + _ID_OF_MOMENT + _APPEND, _BACKWARDS),
    ]
