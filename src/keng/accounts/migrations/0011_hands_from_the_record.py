"""Accounts made or renewed by one administrator before: the record says by whom, and when."""

from django.db import migrations

# The last entry counts: what an operator renewed since has nobody else's hand in it.
_FILL = """
UPDATE accounts_officer officer
SET set_up_asked_by_id = maker.id, set_up_at = last.at
FROM (
    SELECT DISTINCT ON (object_id) object_id, actor_kind, actor_id, at
    FROM audit_entry
    WHERE action IN ('officer.added', 'officer.credentials_renewed') AND object_kind = 'officer'
    ORDER BY object_id, id DESC
) last
JOIN accounts_officer maker ON maker.id::text = last.actor_id
WHERE last.actor_kind = 'officer'
  AND officer.id::text = last.object_id
  AND maker.id <> officer.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_notices'),
        ('audit', '0001_initial'),
    ]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
