"""Codes on paper that an officer has seen who may not see the report: to be exchanged first."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0053_ids_tell_five_minutes")]

    operations = [
        migrations.CreateModel(
            name="HandedCode",
            fields=[
                (
                    "hash",
                    models.BinaryField(max_length=32, primary_key=True, serialize=False),
                ),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("exchanged_at", models.DateTimeField(null=True)),
                (
                    "tip",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tips.tip",
                    ),
                ),
            ],
        ),
    ]
