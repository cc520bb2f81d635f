"""A month that was made public may be put right: another version, and the old one stays."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="publicreport",
            name="version",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="publicreport",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="reports.publicreport",
            ),
        ),
        migrations.AddField(
            model_name="publicreport",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="publicreport",
            constraint=models.UniqueConstraint(
                fields=("unit", "span", "version"), name="month_is_public_once_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="publicreport",
            constraint=models.CheckConstraint(
                condition=models.Q(version=1, replaces__isnull=True, reason="")
                | (models.Q(version__gt=1, replaces__isnull=False) & ~models.Q(reason="")),
                name="month_corrected_says_what_and_why",
            ),
        ),
    ]
