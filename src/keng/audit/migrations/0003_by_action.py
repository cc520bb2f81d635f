"""Entries of one action are found without reading every entry there is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_head_of_chain")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["action", "-id"], name="audit_by_action"),
        ),
    ]
