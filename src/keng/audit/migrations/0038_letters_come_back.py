"""The worker hears from a letter that came back that an address no longer exists."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  line text := 'chain = ''intake:worker'' AND action';
  added text := 'chain = ''addresses'' AND action = ''address.gone'' OR ';
BEGIN
  IF position(added || line IN before) > 0 THEN
    RETURN;
  ELSIF position(line IN before) = 0 THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker tells';
  END IF;
  EXECUTE replace(before, line, added || line);
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0037_lags_are_called_about")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
