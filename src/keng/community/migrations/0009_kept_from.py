"""A question about officers keeps which desk it went past, so that nobody of it reads the words."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0008_released"),
        ("places", "0003_landmark"),
    ]

    operations = [
        migrations.AddField(
            model_name="question",
            name="kept_from",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="places.unit",
            ),
        ),
    ]
