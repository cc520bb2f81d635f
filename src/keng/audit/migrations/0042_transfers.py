"""Tips go to the desks of other installations, and come from there; officers put it on record."""

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
        'tip.xfer_asked', 'tip.xfer_no', 'tip.xfer_sent', 'tip.xfer_file', 'tip.xfer_news',
        'tip.xfer_in', 'tip.xfer_back'
      ]) ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0041_free_chains_of_intake")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
