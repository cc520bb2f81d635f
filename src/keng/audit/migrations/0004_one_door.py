"""Entries come into a chain by one function, which knows what each process may say of whom.

No process writes the tables of the record (site.grants). The function runs as their owner: it looks
at the role of whoever calls, locks the head of the chain, hashes the entry, and moves the head by
one. So no process can write in an officer's name but the desk, move a head back, or leave a gap.
"""

from django.db import migrations

# JSON as keng.audit.chain hashes it: keys in the order of their letters, nothing between.
_CANONICAL = """
CREATE FUNCTION audit_canonical(value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'object' THEN
      RETURN '{' || coalesce((
        SELECT string_agg(
          to_json(each.key)::text || ':' || audit_canonical(each.value), ','
          ORDER BY each.key COLLATE "C"
        ) FROM jsonb_each(value) AS each
      ), '') || '}';
    WHEN 'array' THEN
      RETURN '[' || coalesce((
        SELECT string_agg(audit_canonical(each.value), ',' ORDER BY each.n)
        FROM jsonb_array_elements(value) WITH ORDINALITY AS each (value, n)
      ), '') || ']';
    ELSE
      RETURN value::text;
  END CASE;
END $$;
"""
# In the name of whom, and what. A batch of messages is told by the process that took it in, in a
# chain of its own; who failed to sign in is nobody.
_MAY_RECORD = """
CREATE FUNCTION audit_may_record(
  caller text, chain text, action text, actor_kind text, actor_id text
) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE
    WHEN action = 'intake.batch' THEN
      caller IN ('keng_public', 'keng_edge', 'keng_desk', 'keng_worker')
      AND actor_kind = 'process' AND starts_with(chain, 'intake:')
    WHEN caller = 'keng_public' THEN CASE actor_kind
      WHEN 'process' THEN
        actor_id = 'reporter' AND (
          starts_with(action, 'tip.reporter_') OR action IN ('tip.objected', 'receipt.shown'))
        OR actor_id = 'resident' AND action IN (
          'dispute.made', 'claim.objected', 'question.objected')
      WHEN 'lead' THEN
        action IN ('relay.confirmed', 'relay.taken_back', 'relay.cannot', 'relay.rooms_told',
          'lead.stopped', 'lead.taken_back', 'group.answered', 'pledge.counted',
          'pledge.corrected')
      WHEN 'partnermember' THEN
        split_part(action, '.', 1) IN ('partner', 'article', 'manuscript', 'collection',
          'lesson', 'claim', 'kit')
      ELSE actor_kind = '' AND actor_id = '' AND action = 'partner.signin_failed'
    END
    WHEN caller = 'keng_desk' THEN
      actor_kind = 'officer'
      OR actor_kind = '' AND actor_id = '' AND action IN (
        'officer.signin_failed', 'officer.set_up_failed', 'officer.refused_without_post')
    WHEN caller = 'keng_worker' THEN actor_kind = 'process' AND actor_id = 'worker'
    WHEN caller = 'keng_sender' THEN
      actor_kind = 'process' AND actor_id = 'sender'
      AND split_part(action, '.', 1) IN ('channel', 'address')
    ELSE false
  END
$$;
"""
# A process has a role and cannot take another one; the tests take one by SET ROLE.
_APPEND = """
CREATE FUNCTION audit_append(
  entry_id uuid, entry_chain text, entry_at timestamptz, entry_action text,
  entry_actor_kind text, entry_actor_id text, entry_object_kind text, entry_object_id text,
  entry_detail jsonb, OUT entry_seq bigint, OUT entry_previous bytea, OUT entry_hash bytea
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
BEGIN
  IF starts_with(caller, 'keng_') AND caller <> current_user
     AND NOT audit_may_record(
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
  entry_seq := entry_seq + 1;
  IF entry_previous = ''::bytea THEN
    entry_previous := decode(repeat('00', 32), 'hex');
  END IF;
  entry_hash := sha256(entry_previous || convert_to(
    '[' || to_json(entry_chain)::text || ',' || entry_seq || ','
    || (extract(epoch FROM entry_at) * 1000000)::bigint || ','
    || to_json(entry_action)::text || ',' || to_json(entry_actor_kind)::text || ','
    || to_json(entry_actor_id)::text || ',' || to_json(entry_object_kind)::text || ','
    || to_json(entry_object_id)::text || ',' || audit_canonical(entry_detail) || ']', 'UTF8'
  ));
  INSERT INTO audit_entry
    (id, chain, seq, at, action, actor_kind, actor_id, object_kind, object_id, detail,
     previous_hash, hash)
  VALUES (entry_id, entry_chain, entry_seq, entry_at, entry_action, entry_actor_kind,
    entry_actor_id, entry_object_kind, entry_object_id, entry_detail, entry_previous, entry_hash);
  UPDATE audit_chain SET last_seq = entry_seq, last_hash = entry_hash WHERE name = entry_chain;
END $$;
"""
_BACKWARDS = """
DROP FUNCTION audit_append(
  uuid, text, timestamptz, text, text, text, text, text, jsonb, OUT bigint, OUT bytea, OUT bytea);
DROP FUNCTION audit_may_record(text, text, text, text, text);
DROP FUNCTION audit_canonical(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_by_action")]

    operations = [
        migrations.RunSQL(_CANONICAL + _MAY_RECORD + _APPEND, _BACKWARDS),
    ]
