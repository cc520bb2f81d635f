"""An officer fills in the paper of a report: what stands on record so far, and that."""

from django.db import migrations

# Added to whatever is known by then, so that the order of two such migrations does not matter.
_ADD = """
DO $add$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[] '
    'LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$ SELECT %L::text[] $$',
    array_append(
      array_remove(audit_acts_of_officers(), 'report.paper_written'), 'report.paper_written'));
END $add$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_rows_made_by_the_worker")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
