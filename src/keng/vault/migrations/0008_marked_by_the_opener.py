"""That a request was opened is said by the opener alone, by a function that looks again."""

from django.db import migrations

_MARK = """
CREATE FUNCTION vault_mark_opened(request uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                 ELSE current_setting('role') END;
BEGIN
  IF caller <> 'keng_opener' AND caller <> current_user THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the opener says that a record was opened';
  END IF;
  UPDATE vault_openingrequest AS asked SET opened_at = now()
  WHERE asked.id = request AND opened_at IS NULL AND refused_at IS NULL AND lapsed_at IS NULL
    AND approved_by_ref <> asked_by_ref AND asked_at > now() - interval '1 day'
    AND EXISTS (
      SELECT FROM audit_entry
      WHERE object_kind = 'openingrequest' AND object_id = request::text
        AND action = 'opening.approved' AND actor_id = asked.approved_by_ref::text);
  RETURN FOUND;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0007_opening_by_two"),
        ("audit", "0013_keys_of_epochs"),
    ]

    operations = [
        migrations.RunSQL(_MARK, "DROP FUNCTION vault_mark_opened(uuid)"),
    ]
