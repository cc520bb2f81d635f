"""Incidents of data are dealt with by officers; the worker calls and tells."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before,
    '''wave.found''',
    '''wave.found'', ''breach.called_again'', ''breach.reporters_told''');
BEGIN
  IF position('breach.reporters_told' IN before) > 0 THEN
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
      SELECT DISTINCT unnest(audit_acts_of_officers() || ARRAY[
        'breach.assessed', 'breach.closed', 'breach.notice_asked', 'breach.notified',
        'breach.recorded', 'breach.supplemented', 'breach.waiver_agreed', 'breach.waiver_asked',
        'breach.waiver_refused', 'register.exported'
      ]) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0018_data_requests")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
