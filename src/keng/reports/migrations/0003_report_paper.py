"""What an office writes around a signed report on paper."""

import django.db.models.deletion
from django.db import migrations, models

import keng.kit.ids


def _line(length: int) -> models.CharField:
    return models.CharField(blank=True, db_default="", default="", max_length=length)


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_public_versions")]

    operations = [
        migrations.CreateModel(
            name="ReportPaper",
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
                ("above", _line(160)),
                ("issuer", models.CharField(max_length=160)),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                ("symbol", models.CharField(max_length=40)),
                ("place", models.CharField(max_length=60)),
                ("dated", models.DateField(blank=True, null=True)),
                ("addressees", _line(600)),
                ("recipients", models.CharField(max_length=1000)),
                ("capacity", _line(200)),
                ("signer", models.CharField(max_length=160)),
                (
                    "snapshot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper",
                        to="reports.snapshot",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
