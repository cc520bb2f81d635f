"""Everybody who handed a version in: whoever had a hand in a text does not let it out."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("warnings", "0005_recalls_by_a_second_person"),
    ]

    operations = [
        migrations.AddField(
            model_name="version",
            name="handed_in_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), db_default=[], default=list, size=None
            ),
        ),
    ]
