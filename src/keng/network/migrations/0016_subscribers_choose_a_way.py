"""Residents choose by which way warnings come: a mailbox, a browser, or their own chat."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import keng.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0015_a_stopped_subscription_keeps_no_address"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubscriptionWish",
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
                ("account_ref", models.UUIDField()),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                (
                    "place_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
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
                                ("other", "Other"),
                            ],
                            max_length=12,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("language", models.CharField(max_length=5)),
                ("minimum_severity", models.PositiveSmallIntegerField()),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_to", models.TimeField(blank=True, null=True)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="subscription",
            name="account_ref",
            field=models.UUIDField(blank=True, null=True),
        ),
    ]
