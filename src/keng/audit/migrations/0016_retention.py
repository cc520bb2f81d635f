"""Retention periods are set by officers, and the worker destroys what is due."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before,
    'AND action = ''tips.content_destroyed''',
    'AND action IN (''tips.content_destroyed'', ''tips.purged'')');
BEGIN
  IF written = before AND position('tips.purged' IN before) = 0 THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker destroys';
  END IF;
  EXECUTE written;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(audit_acts_of_officers() || ARRAY[
        'period.agreed', 'period.proposed', 'period.refused', 'period.stopped'
      ]) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0015_legal_holds")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
