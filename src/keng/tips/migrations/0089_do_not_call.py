"""Reporters say that they are not to be called at all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0088_safe_hours")]

    operations = [
        migrations.AddField(
            "tip", "do_not_call", models.BooleanField(default=False, db_default=False)
        ),
    ]
