"""The worker says that it began a key of an epoch or destroyed one."""

from django.db import migrations

# What may be recorded by then stays as it is: the worker's names of this kind stand in a function
# of their own from now on.
_ADD = """
CREATE FUNCTION audit_acts_about_epochs() RETURNS text[]
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT ARRAY['keys.epoch_begun', 'keys.epoch_destroyed'] $$;
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before,
    'chain = ''intake:worker'' AND action = ''tips.content_destroyed''',
    'chain = ''intake:worker'' AND action = ''tips.content_destroyed''
        OR audit_is_named(chain, ''unit'') AND action = ANY (audit_acts_about_epochs())');
BEGIN
  IF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for the worker';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0012_named_officers")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
