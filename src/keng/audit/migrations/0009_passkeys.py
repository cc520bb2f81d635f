"""Officers and partners' people add and remove passkeys, and these end own sessions of theirs.

Whatever else is known by then stays: the lists are read from the functions that are there.
"""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  checks text := pg_get_functiondef('audit_may_record(text,text,text,text,text)'::regprocedure);
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION audit_acts_of_officers() RETURNS text[]'
    ' LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp'
    ' AS $acts$ SELECT %L::text[] $acts$',
    ARRAY(SELECT DISTINCT unnest(
      audit_acts_of_officers() || ARRAY['officer.passkey_added', 'officer.passkey_removed']
    ) ORDER BY 1)
  );
  IF strpos(checks, '''partner.passkey_added''') = 0 THEN
    IF strpos(checks, '''partner.password_changed'',') = 0 THEN
      RAISE EXCEPTION 'what partners record stands elsewhere than this migration knows';
    END IF;
    EXECUTE replace(checks, '''partner.password_changed'',',
      '''partner.password_changed'', ''partner.passkey_added'', ''partner.passkey_removed'', '
      '''partner.sessions_ended'',');
  END IF;
END;
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_leads_are_reminded")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
