"""Parts of a dispatch that fall behind: noticed once each, seen by an officer."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import keng.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("delivery", "0045_sent_again_to_the_missed"),
    ]

    operations = [
        migrations.CreateModel(
            name="DispatchLag",
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
                (
                    "of",
                    models.CharField(
                        choices=[
                            ("place", "Place"),
                            ("kind", "Kind of group"),
                            ("language", "Language"),
                        ],
                        max_length=8,
                    ),
                ),
                ("value", models.CharField(max_length=36)),
                ("is_by_hand", models.BooleanField()),
                (
                    "noticed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("caught_up_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "dispatch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lags",
                        to="delivery.dispatch",
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("caught_up_at__isnull", True)),
                        fields=["dispatch"],
                        name="dispatch_behind",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dispatch", "of", "value", "is_by_hand"),
                        name="lag_is_noticed_once",
                    ),
                ],
            },
        ),
    ]
