"""Members of partners upload films; what the worker made of one stands in the partner's chain."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  members text := replace(
    before, '''article.written'',',
    '''partner_film.uploaded'', ''partner_film.discarded'', ''article.written'',');
  written text := replace(
    members,
    'audit_is_named(chain, ''partner'') AND action = ''survey.closed''',
    'audit_is_named(chain, ''partner'') AND action IN ('
    '''survey.closed'', ''film.prepared'', ''film.refused'')');
BEGIN
  IF position('partner_film.uploaded' IN before) > 0 THEN
    written := before;
  ELSIF members = before OR written = members THEN
    RAISE EXCEPTION 'audit_may_record has no line for members of partners or the worker';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0034_groups_are_thanked")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
