"""An officer has a warning sent again to whoever was missed; the worker does it."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before,
    '''wave.found''',
    '''wave.found'', ''dispatch.missed_resent''');
BEGIN
  IF position('dispatch.missed_resent' IN before) > 0 THEN
    written := before;
  ELSIF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker says of a unit';
  END IF;
  EXECUTE written;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(
        audit_acts_of_officers() || ARRAY['dispatch.lags_seen', 'dispatch.resend_asked'])
      ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0026_leads_are_told")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
