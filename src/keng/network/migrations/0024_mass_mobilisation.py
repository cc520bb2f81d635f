"""The mass-mobilisation committee is a kind of its own."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0023_last_day_written"),
    ]

    operations = [
        migrations.AlterField(
            model_name="group",
            name="kind",
            field=models.CharField(
                choices=[
                    ("residents", "Residents"),
                    ("landlords", "Landlords"),
                    ("lodging", "Lodging"),
                    ("karaoke", "Karaoke"),
                    ("school", "School"),
                    ("youth_union", "Youth Union"),
                    ("team", "Self-management team"),
                    ("front", "Fatherland Front"),
                    ("mobilisation", "Mass-mobilisation committee"),
                    ("other", "Other"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="grouptarget",
            name="kind",
            field=models.CharField(
                choices=[
                    ("residents", "Residents"),
                    ("landlords", "Landlords"),
                    ("lodging", "Lodging"),
                    ("karaoke", "Karaoke"),
                    ("school", "School"),
                    ("youth_union", "Youth Union"),
                    ("team", "Self-management team"),
                    ("front", "Fatherland Front"),
                    ("mobilisation", "Mass-mobilisation committee"),
                    ("other", "Other"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("residents", "Residents"),
                        ("landlords", "Landlords"),
                        ("lodging", "Lodging"),
                        ("karaoke", "Karaoke"),
                        ("school", "School"),
                        ("youth_union", "Youth Union"),
                        ("team", "Self-management team"),
                        ("front", "Fatherland Front"),
                        ("mobilisation", "Mass-mobilisation committee"),
                        ("other", "Other"),
                    ],
                    max_length=12,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="subscriptionwish",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("residents", "Residents"),
                        ("landlords", "Landlords"),
                        ("lodging", "Lodging"),
                        ("karaoke", "Karaoke"),
                        ("school", "School"),
                        ("youth_union", "Youth Union"),
                        ("team", "Self-management team"),
                        ("front", "Fatherland Front"),
                        ("mobilisation", "Mass-mobilisation committee"),
                        ("other", "Other"),
                    ],
                    max_length=12,
                ),
                default=list,
                size=None,
            ),
        ),
    ]
