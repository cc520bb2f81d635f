"""How a listing was verified, and which unit answers a dispute. There is no dispute yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lookup", "0002_listings"),
        ("places", "0002_unit_has_no_night_watch"),
    ]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="basis",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="dispute",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.unit",
                default=None,
            ),
            preserve_default=False,
        ),
    ]
