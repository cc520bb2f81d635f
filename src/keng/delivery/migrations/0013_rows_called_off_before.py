"""What was still open of dispatches that were taken back before rows themselves said so."""

from django.db import migrations

_FORWARDS = """
UPDATE delivery_delivery AS d
SET called_off_at = o.cancelled_at,
    state = CASE d.state WHEN 'leased' THEN 'leased' ELSE 'cancelled' END,
    settled_at = CASE d.state WHEN 'leased' THEN d.settled_at ELSE now() END
FROM delivery_dispatch AS o
WHERE o.id = d.dispatch_id AND o.cancelled_at IS NOT NULL AND d.account_id IS NOT NULL
  AND d.state IN ('queued', 'not_now', 'leased')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0012_called_off_at"),
    ]

    operations = [
        migrations.RunSQL(_FORWARDS, migrations.RunSQL.noop),
    ]
