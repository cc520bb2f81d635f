"""By which key a message is known leads to its row only for a while: the worker forgets it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0030_message_ids_go")]

    operations = [
        migrations.AlterField(
            model_name="dedupekey",
            name="inbound_ref",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="dedupekey",
            index=models.Index(
                condition=models.Q(("inbound_ref__isnull", False)),
                fields=["at"],
                name="dedupe_leads_to_a_message",
            ),
        ),
    ]
