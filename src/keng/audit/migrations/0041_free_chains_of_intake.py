"""A batch goes into a chain that nobody holds at that moment, and not into one of its process.

Which chain a process wrote was the number of the process: two containers have the same one, and
waited for each other's head for as long as a commit takes, or stood still with each other.

The head is held by its row lock until the transaction ends, however that comes: no lease with an
end of its own could be lost sooner or later than that. Whoever holds one already finds it free,
so nobody who holds one waits for another.
"""

from django.db import migrations

_FREE_CHAIN = """
CREATE FUNCTION audit_free_intake_chain(process text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
  -- As many as audit_may_record knows.
  names text[] := ARRAY(
    SELECT 'intake:' || process || '-' || number FROM generate_series(0, 15) AS number);
  chosen text;
BEGIN
  IF starts_with(caller, 'keng_') AND caller <> current_user
     AND process NOT IN ('owner', substr(caller, 6)) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('%s takes in nothing as %s', caller, process);
  END IF;
  -- The lowest first: no more chains than were written at one moment.
  SELECT name INTO chosen FROM audit_chain WHERE name = ANY (names)
  ORDER BY name LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF chosen IS NULL THEN
    -- One that nobody began yet, and by lot, since two that begin the same one wait; or all are
    -- held, and whoever wants to write waits for one of them.
    SELECT each.name INTO chosen
    FROM unnest(names) AS each (name) LEFT JOIN audit_chain AS begun ON begun.name = each.name
    ORDER BY begun.name IS NOT NULL, random() LIMIT 1;
  END IF;
  RETURN chosen;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0040_groups_of_accounts")]

    operations = [
        migrations.RunSQL(_FREE_CHAIN, "DROP FUNCTION audit_free_intake_chain(text)"),
    ]
