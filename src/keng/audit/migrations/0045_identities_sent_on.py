"""Who reported goes along to another installation: by two officers, and by the opener unseen."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before, 'AND action = ''keys.held_resealed''',
    'AND action IN (''keys.held_resealed'', ''opening.resealed'')');
BEGIN
  IF position('opening.resealed' IN before) > 0 THEN
    written := before;
  ELSIF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for the opener';
  END IF;
  EXECUTE written;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(audit_acts_of_officers() || ARRAY['opening.sent_on']) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0044_transfers_by_network")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
