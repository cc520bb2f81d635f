"""Legal holds: added to what officers say."""

from django.db import migrations

_ADD = """
DO $do$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(audit_acts_of_officers() || ARRAY[
        'tip.held', 'tip.hold_asked', 'tip.hold_no', 'tip.unheld', 'tip.unhold_ask'
      ]) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0014_openings")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
