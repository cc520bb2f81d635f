"""Whoever holds a code says that it was replaced, or that this was not theirs."""

from django.db import migrations

# What may be recorded by then stays as it is, so that the order of two such migrations does not
# matter: the names stand in a function of their own from now on.
_ADD = """
CREATE FUNCTION audit_acts_of_holders() RETURNS text[]
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT ARRAY['receipt.disputed', 'receipt.exchanged', 'receipt.replaced'] $$;
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before,
    'WHEN ''holder'' THEN action = ''receipt.exchanged''',
    'WHEN ''holder'' THEN action = ANY (audit_acts_of_holders())');
BEGIN
  IF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for holders';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0010_screen_lock")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
