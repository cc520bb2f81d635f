"""Restrictions: a closed report is kept and not used, as its reporter asked."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import keng.kit.ids


def _officer(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tips", "0089_do_not_call"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "Restriction",
            [
                (
                    "id",
                    models.UUIDField(
                        default=keng.kit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.CharField(max_length=16)),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "lift_ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asker", "Whoever asked for it agrees"),
                            ("claim", "Needed for a legal claim or for criminal proceedings"),
                            ("life", "Somebody's life or health is in danger"),
                        ],
                        db_default="",
                        default="",
                        max_length=5,
                    ),
                ),
                ("lifted_at", models.DateTimeField(null=True)),
                ("by", _officer(null=False)),
                ("lifted_by", _officer(null=True)),
                (
                    "tip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="restrictions",
                        to="tips.tip",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "restriction",
            models.UniqueConstraint(
                condition=models.Q(lifted_at__isnull=True),
                fields=["tip"],
                name="tip_is_restricted_once",
            ),
        ),
        migrations.AddConstraint(
            "restriction",
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_ground="")
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False)
                & ~models.Q(lift_ground=""),
                name="restriction_is_lifted_by_somebody_for_a_reason",
            ),
        ),
    ]
