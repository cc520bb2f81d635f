"""The worker takes in what another installation sent by itself, and makes the next file for it."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before, '''wave.found''', '''wave.found'', ''tip.xfer_file'', ''tip.xfer_news''');
BEGIN
  IF position('tip.xfer_file' IN before) > 0 THEN
    written := before;
  ELSIF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker says of a unit';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0043_choices_of_a_chain")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
