"""The worker enters that an officer took a tip on by a link, and gives back what nobody opened."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  written text := replace(
    replace(before, '''wave.found''', '''wave.found'', ''alarm.not_opened'''),
    'WHEN caller = ''keng_worker'' THEN',
    'WHEN caller = ''keng_worker'' AND actor_kind = ''officer'' THEN
      audit_is_id(actor_id) AND audit_is_named(chain, ''unit'')
      AND action IN (''tip.accepted'', ''alarm.ended'')
    WHEN caller = ''keng_worker'' THEN');
BEGIN
  IF position('alarm.not_opened' IN before) > 0 THEN
    written := before;
  ELSIF written = before THEN
    RAISE EXCEPTION 'audit_may_record has no line for what the worker says of a unit';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0029_inboxes_of_partners")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
