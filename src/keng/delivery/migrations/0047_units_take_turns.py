"""Units that share an account take turns on it: each row of what goes to many knows its unit."""

import uuid

from django.db import migrations, models

_WHAT_WAITS = """
UPDATE delivery_delivery d SET unit_ref = o.unit_id
FROM delivery_dispatch o
WHERE o.id = d.dispatch_id AND d.state IN ('queued', 'leased', 'not_now')
  AND o.kind IN ('warning', 'correction', 'recall')
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0046_dispatchlag")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="unit_ref",
            field=models.UUIDField(db_default=uuid.UUID(int=0), default=uuid.UUID(int=0)),
        ),
        migrations.RunSQL(_WHAT_WAITS, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="delivery", name="delivery_to_send"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(state="queued"),
                fields=["account", "priority", "unit_ref", "id"],
                name="delivery_to_send",
            ),
        ),
    ]
