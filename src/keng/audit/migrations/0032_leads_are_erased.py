"""Leads are erased as they ask, and somebody takes their place on: by them, or by an officer.

What was asked with a lead's link the worker does, once the time to call it off is over.
"""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    replace(
      before,
      '''group.answered''',
      '''group.answered'', ''lead.place_taken_on'''),
    '''wave.found''',
    '''wave.found'', ''lead.erased''');
BEGIN
  IF position('lead.place_taken_on' IN before) > 0 THEN
    written := before;
  ELSIF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for what leads say of a unit';
  END IF;
  EXECUTE written;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(SELECT DISTINCT unnest(
      audit_acts_of_officers() || ARRAY['lead.erased', 'lead.place_taken_on']) ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0031_hamlets_are_kept")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
