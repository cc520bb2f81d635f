"""Two holders split keys anew: added to what officers and the worker say."""

from django.db import migrations

_ADD = """
CREATE OR REPLACE FUNCTION audit_acts_about_epochs() RETURNS text[]
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT ARRAY['keys.epoch_begun', 'keys.epoch_destroyed', 'keys.epoch_split_anew',
                     'keys.resharing_due'] $$;
DO $do$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(audit_acts_of_officers() || ARRAY['keys.resharing_joined']) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0019_breaches")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
