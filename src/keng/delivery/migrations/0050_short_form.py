"""The short form of a text, for channels that charge by length."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0049_told_what_was_asked_for")]

    operations = [
        migrations.AddField(
            "dispatchtext", "short", models.TextField(default="", db_default="")
        ),
    ]
