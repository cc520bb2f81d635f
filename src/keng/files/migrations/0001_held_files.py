"""Originals that are quarantined and so removed by nothing."""

from django.db import migrations, models

import keng.kit.ids
import keng.kit.times


class Migration(migrations.Migration):
    initial = True
    dependencies = []  # noqa: RUF012 -- as Django declares it

    operations = [
        migrations.CreateModel(
            name="HeldFile",
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
                ("original_path", models.CharField(max_length=200, unique=True)),
                ("came_with", models.UUIDField()),
                ("keyed_hash", models.BinaryField(default=b"", max_length=32)),
                ("at", models.DateTimeField(default=keng.kit.times.now)),
            ],
            options={"abstract": False},
        ),
    ]
