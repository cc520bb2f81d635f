"""Whoever objects to an entry may show pictures."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import keng.kit.ids


class Migration(migrations.Migration):
    dependencies = [("lookup", "0003_basis_and_who_answers")]

    operations = [
        migrations.CreateModel(
            name="DisputeFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keng.kit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("viewing_path", models.CharField(max_length=200)),
                ("size", models.PositiveIntegerField()),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="lookup.dispute",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
