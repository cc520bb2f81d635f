"""Data requests stand on record: officers answer them, reporters and others ask."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  by_reporter text := replace(
    before,
    'WHEN ''reporter'' THEN action IN (',
    'WHEN ''reporter'' THEN action IN (''data_request.by_receipt'', ');
  by_resident text := replace(
    by_reporter,
    'WHEN ''resident'' THEN action IN (',
    'WHEN ''resident'' THEN action IN (''data_request.by_form'', ');
BEGIN
  IF by_reporter = before OR by_resident = by_reporter THEN
    RAISE EXCEPTION 'audit_may_record has no line for reporters or residents';
  END IF;
  EXECUTE by_resident;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(audit_acts_of_officers() || ARRAY[
        'data_request.acknowledged', 'data_request.decided', 'data_request.desk_asked',
        'data_request.desk_said', 'data_request.erasure_agreed', 'data_request.erasure_returned',
        'data_request.extended'
      ]) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0017_quarantine")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
