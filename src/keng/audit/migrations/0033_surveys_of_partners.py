"""Members of partners make surveys; the worker closes one by its day, in the partner's chain."""

from django.db import migrations

_ADD = """
DO $do$
DECLARE
  before text := pg_get_functiondef('audit_may_record'::regproc);
  members text := replace(
    before,
    '''article.written'',',
    '''partner_survey.made'', ''partner_survey.changed'', ''partner_survey.submitted'','
    ' ''partner_survey.returned'', ''partner_survey.opened'', ''partner_survey.closed'','
    ' ''partner_survey.result_submitted'', ''partner_survey.result_returned'','
    ' ''partner_survey.published'', ''partner_survey.withdrawn'', ''article.written'',');
  written text := replace(
    members,
    'chain = ''intake:worker'' AND action',
    'audit_is_named(chain, ''partner'') AND action = ''survey.closed'''
    ' OR chain = ''intake:worker'' AND action');
BEGIN
  IF position('partner_survey.made' IN before) > 0 THEN
    written := before;
  ELSIF members = before OR written = members THEN
    RAISE EXCEPTION 'audit_may_record has no line for members of partners or the worker';
  END IF;
  EXECUTE written;
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0032_leads_are_erased")]

    operations = [migrations.RunSQL(_ADD, migrations.RunSQL.noop)]
