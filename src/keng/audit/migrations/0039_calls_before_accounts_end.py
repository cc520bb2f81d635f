"""The worker calls whoever keeps an account before its tokens or its package end."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before, '''dispatch.lag_called''', '''dispatch.lag_called'', ''channel.end_called''');
BEGIN
  IF position('channel.end_called' IN before) > 0 THEN
    written := before;
  ELSIF position('channel.end_called' IN written) = 0 THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker calls about';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0038_letters_come_back")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
