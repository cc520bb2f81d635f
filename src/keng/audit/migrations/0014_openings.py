"""Officers hold keys, ask for openings and answer them: added to what officers say."""

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
        'holder.made', 'holder.passkey_added', 'holder.phrase_renewed', 'holder.retired',
        'opening.approved', 'opening.asked', 'opening.refused', 'opening.share_given',
        'opening.shown'
      ]) ORDER BY 1
    )
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0013_keys_of_epochs")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
