"""Officers name others, open and narrow tips, recuse: added to what officers say."""

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
        'named.added', 'named.ended',
        'tip.break_in_read', 'tip.broken_in', 'tip.narrowed', 'tip.recused', 'tip.rejoined',
        'tip.widened'
      ]) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0011_holders_replace_codes")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
