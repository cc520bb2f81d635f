"""A partner's reach: what was opened by its links, and the commune of the groups it names."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# A partner of one commune passed everything on there.
_PLACE_OF_BEFORE = """
UPDATE partners_kitshare s SET place_id = p.place_id
FROM accounts_partner p JOIN places_place l ON l.id = p.place_id
WHERE p.id = s.partner_id AND l.kind <> 'province'"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0012_films"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            "ReachDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("warning", "Warnings"),
                            ("lesson", "Lessons"),
                            ("campaign", "Campaigns"),
                            ("survey", "Surveys"),
                        ],
                        max_length=8,
                    ),
                ),
                ("opened", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="reach_day_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("partner", "place", "day", "kind"),
                        name="reach_day_is_one_row",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=["warning", "lesson", "campaign", "survey"]),
                        name="reach_day_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "kitshare",
            "place",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="places.place",
            ),
        ),
        migrations.RunSQL(_PLACE_OF_BEFORE, migrations.RunSQL.noop),
        migrations.RemoveConstraint("kitshare", "kit_share_is_said_once"),
        migrations.AddConstraint(
            "kitshare",
            models.UniqueConstraint(
                fields=["partner", "version", "place"],
                name="kit_share_is_said_once",
                nulls_distinct=False,
            ),
        ),
    ]
