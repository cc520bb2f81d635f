"""Leads choose how they are told and agree to it; the worker says that it told them."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    replace(before, '''wave.found''', '''wave.found'', ''relay.leads_told'''),
    '''group.answered''', '''group.answered'', ''lead.way_chosen'', ''lead.way_confirmed'',
     ''lead.added_below''');
BEGIN
  IF position('relay.leads_told' IN before) > 0 THEN
    written := before;
  ELSIF position('relay.leads_told' IN written) = 0 OR position('lead.way_chosen' IN written) = 0
  THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker and leads say of a unit';
  END IF;
  EXECUTE written;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(SELECT DISTINCT unnest(
      audit_acts_of_officers() || ARRAY['lead.way_entered', 'lead.imported']) ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0025_official_alerts_put_aside")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
