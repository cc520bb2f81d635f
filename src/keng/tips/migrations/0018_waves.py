"""Waves of similar tips, their tips, and what each desk made of them."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0002_unit_has_no_night_watch"),
        ("tips", "0017_listing_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Wave",
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
                ("category", models.CharField(db_default="", default="", max_length=30)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Rising"),
                            ("ended", "Ended by itself"),
                            ("dismissed", "Not a wave"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=9,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaveStep",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("warned", "Began a warning"),
                            ("dismissed", "Said that it is no wave"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reason", models.TextField(db_default="", default="")),
                ("tips_then", models.PositiveIntegerField(db_default=0, default=0)),
                ("warning_ref", models.UUIDField(db_index=True, null=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.unit",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="tips.wave",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaveTip",
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
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "tip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waves",
                        to="tips.tip",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="tips.wave",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="wave",
            index=models.Index(
                condition=models.Q(("state", "ended"), _negated=True),
                fields=["unit", "-found_at"],
                name="wave_not_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="wave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state", "ended")),
                    models.Q(
                        models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="wave_has_an_end_when_it_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="wavestep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "dismissed"), ("taken_back_at__isnull", True)),
                fields=("wave", "unit"),
                name="wave_is_dismissed_once_by_a_desk",
            ),
        ),
        migrations.AddConstraint(
            model_name="wavestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "dismissed"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="wave_is_dismissed_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="wavetip",
            constraint=models.UniqueConstraint(
                fields=("wave", "tip"), name="tip_is_in_a_wave_once"
            ),
        ),
    ]
