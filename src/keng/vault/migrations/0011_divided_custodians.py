"""The custodians' key may be divided: in how many parts, of which so many are needed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0010_resharing")]

    operations = [
        migrations.AddField(
            "custodiankey", "division", models.UUIDField(blank=True, null=True)
        ),
        migrations.AddField(
            "custodiankey", "parts", models.PositiveSmallIntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            "custodiankey", "parts_needed", models.PositiveSmallIntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            "custodiankey", "divided_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            "custodiankey",
            models.CheckConstraint(
                condition=models.Q(
                    division__isnull=True,
                    parts__isnull=True,
                    parts_needed__isnull=True,
                    divided_at__isnull=True,
                )
                | models.Q(
                    division__isnull=False,
                    parts__isnull=False,
                    parts__lte=16,
                    parts_needed__isnull=False,
                    parts_needed__gte=2,
                    parts_needed__lte=models.F("parts"),
                    divided_at__isnull=False,
                ),
                name="some_of_many_custodians_are_needed",
            ),
        ),
    ]
