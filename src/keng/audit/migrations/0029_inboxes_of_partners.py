"""Members of partners work in their inbox, and whoever writes there agrees or takes it back."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  members text := replace(
    before,
    '''article.written'',',
    '''inbox.key_made'', ''inbox.opened'', ''inbox.member_let_in'', ''inbox.key_ended'','
    ' ''inbox.ended'', ''inbox.set'', ''matter.answered'', ''matter.consent_asked'', ''matter.danger_told'','
    ' ''matter.ended'', ''article.written'',');
  of_units text := replace(
    members,
    'AND action = ''partner.member_agreed''',
    'AND action IN (''partner.member_agreed'', ''matter.danger_told'')');
  residents text := replace(
    of_units,
    'WHEN ''resident'' THEN action IN (',
    'WHEN ''resident'' THEN action IN (''matter.danger_read'', ''matter.agreed'', ');
  written text := replace(
    residents,
    'audit_is_named(chain, ''unit'') AND CASE actor_id',
    'audit_is_named(chain, ''partner'') AND actor_id = ''resident'' AND action IN ('
    '''matter.asked'', ''matter.declined'', ''matter.withdrawn'')'
    ' OR audit_is_named(chain, ''unit'') AND CASE actor_id');
BEGIN
  IF position('matter.danger_told' IN before) > 0 THEN
    written := before;
  ELSIF members = before OR of_units = members OR residents = of_units OR written = residents THEN
    RAISE EXCEPTION 'audit_may_record has no line for members of partners or residents';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0028_earlier_records")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
