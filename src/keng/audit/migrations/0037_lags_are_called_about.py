"""The worker calls the desk of an urgent warning of which a part falls behind."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before, '''relay.leads_told''', '''relay.leads_told'', ''dispatch.lag_called''');
BEGIN
  IF position('dispatch.lag_called' IN before) > 0 THEN
    written := before;
  ELSIF position('dispatch.lag_called' IN written) = 0 THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker tells';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0036_models_are_offered")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
