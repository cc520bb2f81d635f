"""An officer puts an alert of an official source aside: added to what officers say."""

from django.db import migrations

_ADD = """
DO $do$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(SELECT DISTINCT unnest(
      audit_acts_of_officers() || ARRAY['warning.alert_dismissed']) ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0024_answers_of_officers")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
