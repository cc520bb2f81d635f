"""Officers ask for the group chats of an account and for new ones; the sender makes them."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    before, '''channel.tokens_renewed''', '''channel.tokens_renewed'', ''channel.group_made''');
BEGIN
  IF position('channel.group_made' IN before) > 0 THEN
    written := before;
  ELSIF position('channel.group_made' IN written) = 0 THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the sender does to an account';
  END IF;
  EXECUTE written;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(
      SELECT DISTINCT unnest(
        audit_acts_of_officers() || ARRAY['channel.groups_asked', 'channel.group_asked'])
      ORDER BY 1)
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0039_calls_before_accounts_end")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
