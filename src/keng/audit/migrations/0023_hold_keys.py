"""What is on hold is resealed by two: added to what officers, the worker and the opener say."""

from django.db import migrations

_ADD = """
CREATE OR REPLACE FUNCTION audit_acts_about_epochs() RETURNS text[]
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT ARRAY['keys.epoch_begun', 'keys.epoch_destroyed', 'keys.epoch_split_anew',
                     'keys.hold_key_made', 'keys.resealing_due', 'keys.resharing_due'] $$;
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before,
    'WHEN caller = ''keng_sender'' THEN',
    'WHEN caller = ''keng_opener'' THEN
      actor_kind = ''process'' AND actor_id = ''opener'' AND audit_is_named(chain, ''unit'')
      AND action = ''keys.held_resealed''
    WHEN caller = ''keng_sender'' THEN');
BEGIN
  IF position('keys.held_resealed' IN before) > 0 THEN
    written := before;
  ELSIF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for the sender';
  END IF;
  EXECUTE written;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(audit_acts_of_officers() || ARRAY['keys.resealing_joined']) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0022_restriction_lifted")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
