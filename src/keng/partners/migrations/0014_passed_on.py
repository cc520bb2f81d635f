"""In how many groups a partner says to have passed on lessons and surveys, by commune and day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0013_reach"),
    ]

    operations = [
        migrations.AddField(
            "reachday",
            "groups",
            models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
