"""A request names the key of its record, so that only those who have a share of it are asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0008_marked_by_the_opener"),
    ]

    operations = [
        migrations.AddField(
            model_name="openingrequest",
            name="unit_key_ref",
            field=models.UUIDField(blank=True, null=True),
        ),
    ]
