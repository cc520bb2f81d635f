"""Desks offer models to copy, and take those of others over."""

from django.db import migrations

_ADD = """
DO $do$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(
        audit_acts_of_officers() || ARRAY[
          'model.offered', 'model.withdrawn', 'model.taken_over'])
      ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0035_films_of_partners")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
