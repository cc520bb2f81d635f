"""When a lead who had not confirmed was reminded last, and by whom."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0034_rows_are_made_by_the_worker"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("relaytask", "reminded_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "relaytask",
            "reminded_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.officer",
            ),
        ),
    ]
