"""Entries come into a chain by one function, which knows what each process may say of whom.

No process writes the tables of the record (site.grants). The function runs as their owner: it looks
at the role of whoever calls, locks the head of the chain, hashes the entry, and moves the head by
one. So no process can write in an officer's name but the desk, move a head back, or leave a gap.

Each process records its own acts, by lists, in chains of its own kind: a free name of a chain
filled the signing or could not be printed, and a free act read as one of ours. When something was
recorded, and the id of that, is said by the function: a process could name the year 20000, which no
reader understands, or an id that stands first on the auditor's page for ever. Numbers are whole:
one such as 1.10 is written otherwise by whoever verifies, and looked like a changed entry. The
owner's commands are held to what can be read, and to the list of what officers do.

A new act needs a migration that replaces the function with its list; tests compare the lists with
the code. A process that was started without its name takes itself for the owner in the name of its
chain.
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
# What keng.audit.chain writes alike: words, whole numbers, and lists and tables of them, not deep.
_IS_PLAIN = """
CREATE FUNCTION audit_is_plain(value jsonb, depth integer) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'object' THEN
      RETURN depth > 0 AND NOT EXISTS (
        SELECT FROM jsonb_each(value) AS each WHERE NOT audit_is_plain(each.value, depth - 1));
    WHEN 'array' THEN
      RETURN depth > 0 AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(value) AS each (value)
        WHERE NOT audit_is_plain(each.value, depth - 1));
    WHEN 'number' THEN
      RETURN value::text ~ '^-?[0-9]{1,19}$';
    ELSE
      RETURN true;
  END CASE;
END $$;
"""
_NAMES = """
CREATE FUNCTION audit_is_id(name text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT name ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
$$;
CREATE FUNCTION audit_is_named(chain text, kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT starts_with(chain, kind || ':') AND audit_is_id(substr(chain, length(kind) + 2))
$$;
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
# Those of all roles: the database cannot tell one officer's request from another's.
_ACTS_OF_OFFICERS = """
CREATE FUNCTION audit_acts_of_officers() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT ARRAY[
    'alarm.ended',
    'article.given_back', 'article.published',
    'attachment.shown',
    'channel.doubted', 'channel.dropped', 'channel.kept', 'channel.listed', 'channel.looked_at',
    'channel.proposed', 'channel.unlisted',
    'claim.added', 'claim.answered', 'claim.out_of_scope', 'claim.published', 'claim.sent_back',
    'claim.submitted', 'claim.withdrawn', 'claim.written',
    'collection.opened',
    'dispatch.cancelled', 'dispatch.sent', 'dispatch.unknown_resent',
    'dispute.decided', 'dispute.file_shown',
    'establishment.added', 'establishment.changed', 'establishment.closed',
    'establishment.imported', 'establishment.reopened',
    'film.discarded', 'film.uploaded',
    'first_hour.ended', 'first_hour.published', 'first_hour.written',
    'group.added', 'group.ask_ended', 'group.asked', 'group.changed', 'group.exported',
    'group.imported', 'group.retired', 'group.shift_added', 'group.shift_ended',
    'group.shift_handed_over', 'group.taken_back', 'group.targets_set',
    'incident.answered', 'incident.closed', 'incident.outcome', 'incident.renamed',
    'kit.accepted', 'kit.declined',
    'lead.added', 'lead.changed', 'lead.link_reissued', 'lead.link_shown', 'lead.stopped',
    'lead.taken_back',
    'lesson.ended', 'lesson.published', 'lesson.written',
    'listing.confirmed', 'listing.ended', 'listing.proposed', 'listing.restored',
    'manuscript.given_back', 'manuscript.published',
    'meeting.announced', 'meeting.called_off', 'meeting.dropped', 'meeting.proposed',
    'officer.account_closed', 'officer.added', 'officer.credentials_renewed',
    'officer.half_shown', 'officer.password_changed', 'officer.post_added',
    'officer.post_ended', 'officer.request_agreed', 'officer.request_refused',
    'officer.request_withdrawn', 'officer.requested', 'officer.sessions_ended',
    'officer.signed_in', 'officer.signed_out',
    'pager.added', 'pager.rang', 'pager.removed', 'pager.switched', 'pager.tested',
    'partner.closed', 'partner.invited', 'partner.member_added', 'partner.member_agreed',
    'partner.member_closed', 'partner.opened',
    'pattern.approved', 'pattern.ended', 'pattern.handed_in', 'pattern.made',
    'pattern.reviewed', 'pattern.sent',
    'pledge.ended', 'pledge.link_renewed', 'pledge.opened', 'pledge.published',
    'question.answered', 'question.declined', 'question.handed_in', 'question.moved',
    'relay.handed_out', 'relay.not_seen', 'relay.rooms_told', 'relay.seen',
    'report.published', 'report.signed',
    'rota.added', 'rota.removed',
    'sighting.role',
    'survey.approved', 'survey.changed', 'survey.closed', 'survey.made', 'survey.opened',
    'survey.paper_begun', 'survey.paper_typed', 'survey.published', 'survey.result_returned',
    'survey.result_submitted', 'survey.returned', 'survey.slips_made', 'survey.submitted',
    'survey.text_read',
    'tip.accepted', 'tip.closed', 'tip.declined', 'tip.duplicate', 'tip.note', 'tip.outcome',
    'tip.rated', 'tip.read', 'tip.reopened', 'tip.replied', 'tip.reply_withdrawn',
    'tip.resumed', 'tip.routed', 'tip.separated', 'tip.set_aside', 'tip.sorted',
    'tip.suspended', 'tip.taken_back', 'tip.taken_down', 'tip.ticked', 'tip.unticked',
    'tips.answer_retired', 'tips.answer_used_again', 'tips.answer_written',
    'tips.name_searched',
    'warning.approved', 'warning.called', 'warning.drafted', 'warning.recall_asked',
    'warning.recall_refused', 'warning.recall_withdrawn', 'warning.recalled', 'warning.revised',
    'warning.sent_back', 'warning.submitted',
    'wave.dismissed', 'wave.reopened'
  ]
$$;
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
      AND actor_kind = 'process'
      AND chain ~ ('^intake:(owner|' || substr(caller, 6) || ')-([0-9]|1[0-5])$')
    WHEN caller = 'keng_public' THEN CASE actor_kind
      WHEN 'process' THEN
        audit_is_named(chain, 'unit') AND CASE actor_id
          WHEN 'reporter' THEN action IN (
            'tip.reporter_wrote', 'tip.reporter_afraid', 'tip.reporter_meant_unit',
            'tip.reporter_withdraw', 'tip.objected', 'receipt.shown')
          WHEN 'holder' THEN action = 'receipt.exchanged'
          WHEN 'resident' THEN action IN ('dispute.made', 'claim.objected', 'question.objected')
          ELSE false
        END
      WHEN 'lead' THEN
        audit_is_id(actor_id) AND (
          audit_is_named(chain, 'dispatch') AND action IN (
            'relay.confirmed', 'relay.taken_back', 'relay.cannot', 'relay.rooms_told')
          OR audit_is_named(chain, 'unit') AND action IN (
            'lead.stopped', 'lead.taken_back', 'group.answered', 'pledge.counted',
            'pledge.corrected'))
      WHEN 'partnermember' THEN
        audit_is_id(actor_id) AND (
          audit_is_named(chain, 'partner') AND action IN (
            'partner.signed_in', 'partner.password_changed', 'partner.member_agreed',
            'article.written', 'article.submitted', 'article.published', 'article.given_back',
            'article.withdrawn', 'manuscript.written', 'manuscript.submitted',
            'manuscript.published', 'manuscript.given_back', 'manuscript.withdrawn',
            'manuscript.discarded')
          OR audit_is_named(chain, 'unit') AND action = 'partner.member_agreed')
      WHEN '' THEN
        actor_id = '' AND action = 'partner.signin_failed'
        AND (chain = 'accounts' OR audit_is_named(chain, 'partner'))
      ELSE false
    END
    WHEN caller = 'keng_desk' THEN
      (chain = 'accounts' OR audit_is_named(chain, 'unit') OR audit_is_named(chain, 'dispatch')
        OR audit_is_named(chain, 'partner'))
      AND CASE actor_kind
        WHEN 'officer' THEN audit_is_id(actor_id) AND action = ANY (audit_acts_of_officers())
        WHEN '' THEN actor_id = '' AND action IN (
          'officer.signin_failed', 'officer.set_up_failed', 'officer.refused_without_post')
        ELSE false
      END
    WHEN caller = 'keng_worker' THEN
      actor_kind = 'process' AND actor_id = 'worker' AND (
        chain = 'intake:worker' AND action = 'tips.content_destroyed'
        OR audit_is_named(chain, 'unit') AND action IN (
          'alarm.called', 'alarm.ended', 'attachment.not_shown', 'film.prepared', 'film.refused',
          'listing.ended', 'listing.restored', 'survey.closed', 'tip.danger_heard',
          'tip.handed_down', 'tip.left_alone', 'wave.found'))
    WHEN caller = 'keng_sender' THEN
      actor_kind = 'process' AND actor_id = 'sender' AND (
        chain = 'addresses' AND action IN ('address.gone', 'address.moved')
        OR audit_is_named(chain, 'channel') AND action IN (
          'channel.stopped', 'channel.runs_again', 'channel.learned', 'channel.tokens_renewed'))
    ELSE false
  END
$$;
"""
# A process has a role and cannot take another one; the tests take one by SET ROLE. An object of a
# process is a kind and an id: what is longer than its column and ends in spaces would be cut after
# it was hashed.
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

  IF is_process AND NOT (
    entry_object_kind ~ '^[a-z]{0,30}$' AND entry_object_id ~ '^[!-~]{0,80}$'
  ) THEN
    RAISE check_violation USING MESSAGE = 'an object is a kind and an id';
  END IF;
  IF NOT coalesce(jsonb_typeof(entry_detail) = 'object' AND audit_is_plain(entry_detail, 16), false)
  THEN
    RAISE check_violation USING MESSAGE = 'a detail holds words and whole numbers, not deep';
  END IF;
  -- Whoever records it, so that an act that the list lacks is missed by every test of it.
  IF entry_actor_kind = 'officer' AND entry_action <> ALL (audit_acts_of_officers()) THEN
    RAISE check_violation USING MESSAGE = format('officers do nothing called %s', entry_action);
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
_BACKWARDS = """
DROP FUNCTION audit_append(
  uuid, text, timestamptz, text, text, text, text, text, jsonb, OUT bigint, OUT bytea, OUT bytea,
  OUT uuid, OUT timestamptz);
DROP FUNCTION audit_may_record(text, text, text, text, text);
DROP FUNCTION audit_acts_of_officers();
DROP FUNCTION audit_id_of(timestamptz);
DROP FUNCTION audit_is_named(text, text);
DROP FUNCTION audit_is_id(text);
DROP FUNCTION audit_is_plain(jsonb, integer);
DROP FUNCTION audit_canonical(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_by_action")]

    operations = [
        migrations.RunSQL(
            _CANONICAL
            + _IS_PLAIN
            + _NAMES
            + _ID_OF_MOMENT
            + _ACTS_OF_OFFICERS
            + _MAY_RECORD
            + _APPEND,
            _BACKWARDS,
        ),
    ]
