"""Keys for what only the worker opens, renewed every hour."""

import django.db.models.functions.datetime
from django.db import migrations, models

import keng.kit.ids


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_seal_content_out_of_scope")]

    operations = [
        migrations.CreateModel(
            name="WorkerKey",
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
                ("public_key", models.BinaryField(max_length=32)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"abstract": False},
        ),
    ]
