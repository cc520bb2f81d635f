"""Reporters say in which hours a call is safe."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0087_files_as_evidence")]

    operations = [
        migrations.AddField(
            "tip", "safe_from", models.PositiveSmallIntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            "tip", "safe_until", models.PositiveSmallIntegerField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            "tip",
            models.CheckConstraint(
                condition=models.Q(safe_from__isnull=True, safe_until__isnull=True)
                | models.Q(safe_from__isnull=False, safe_until__isnull=False, safe_from__lt=24, safe_until__lt=24)
                & ~models.Q(safe_from=models.F("safe_until")),
                name="safe_hours_are_two_different_hours",
            ),
        ),
    ]
