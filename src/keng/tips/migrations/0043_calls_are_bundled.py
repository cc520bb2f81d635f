"""Which tip's calls are those of an earlier one, for an hour."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0042_decisions_by_kind")]

    operations = [
        migrations.CreateModel(
            name="BundledCall",
            fields=[
                (
                    "tip",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="bundled_call",
                        serialize=False,
                        to="tips.tip",
                    ),
                ),
                ("first_ref", models.UUIDField(db_index=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("is_called", models.BooleanField(db_default=False, default=False)),
            ],
        ),
    ]
