"""The words of messages that became no part of a tip go: no page shows them. Now a job does it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0031_message_keys_lead_nowhere")]

    operations = [
        migrations.RunSQL(
            "UPDATE delivery_inbound SET text = '', latitude = NULL, longitude = NULL, raw_sealed = ''"
            " WHERE tip_ref IS NULL AND conversation_hash IS NULL"
            " AND (text <> '' OR latitude IS NOT NULL OR raw_sealed <> '')",
            migrations.RunSQL.noop,
        )
    ]
