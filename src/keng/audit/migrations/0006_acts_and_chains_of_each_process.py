"""Each process records its own acts, in chains of its own kind; numbers are whole.

A free name of a chain filled the signing, or could not be printed; a free act read as one of ours;
a number such as 1.10 is written otherwise by whoever verifies, and looked like a changed entry.

A new act of a process other than the desk needs a migration that says so here; tests compare the
lists with the code. The desk's acts are all those of officers: only their form is checked.
A process that was started without its name takes itself for the owner in the name of its chain.
"""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("keng.audit.migrations.0004_one_door")
_SAME_TIME = import_module("keng.audit.migrations.0005_own_time_and_id")
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
_MAY_RECORD = """
CREATE OR REPLACE FUNCTION audit_may_record(
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
        WHEN 'officer' THEN audit_is_id(actor_id) AND action ~ '^[a-z_]{1,20}[.][a-z_]{1,38}$'
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
_ASKS = """
    caller, entry_chain, entry_action, entry_actor_kind, entry_actor_id
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('%s records no %s of this actor', caller, entry_action);
  END IF;
"""
# What is longer than its column and ends in spaces would be cut after it was hashed.
_ASKS_MORE = (
    _ASKS
    + """
  IF is_process AND NOT (
    entry_object_kind ~ '^[a-z]{0,30}$' AND entry_object_id ~ '^[!-~]{0,80}$'
  ) THEN
    RAISE check_violation USING MESSAGE = 'an object is a kind and an id';
  END IF;
  IF NOT coalesce(jsonb_typeof(entry_detail) = 'object' AND audit_is_plain(entry_detail, 16), false)
  THEN
    RAISE check_violation USING MESSAGE = 'a detail holds words and whole numbers, not deep';
  END IF;
"""
)
_APPEND = _SAME_TIME._APPEND.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    _ASKS, _ASKS_MORE
)
_BACKWARDS = f"""
{_SAME_TIME._APPEND.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")}
{_BEFORE._MAY_RECORD.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")}
DROP FUNCTION audit_is_named(text, text);
DROP FUNCTION audit_is_id(text);
DROP FUNCTION audit_is_plain(jsonb, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_own_time_and_id")]

    operations = [
        migrations.RunSQL(_NAMES + _IS_PLAIN + _MAY_RECORD + _APPEND, _BACKWARDS),
    ]
