"""The short form of a text, for channels that charge by length."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0050_weekly_digests")]

    operations = [
        migrations.AddField(
            "dispatchtext", "short", models.TextField(default="", db_default="")
        ),
    ]
