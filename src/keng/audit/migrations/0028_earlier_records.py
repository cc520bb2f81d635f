"""Earlier records are proposed and agreed to by officers, and taken in by the worker."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before,
    '''wave.found''',
    '''wave.found'', ''import.done'', ''import.expired'', ''import.purged''');
BEGIN
  IF position('import.done' IN before) > 0 THEN
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
        audit_acts_of_officers()
        || ARRAY['import.proposed', 'import.agreed', 'import.refused', 'import.withdrawn'])
      ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0027_sent_again_to_the_missed")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
