"""Parks, stations, markets: names that people know, and the communes they lie in."""

import django.db.models.deletion
import keng.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0002_unit_has_no_night_watch")]

    operations = [
        migrations.CreateModel(
            name="Landmark",
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
                ("name", models.CharField(max_length=120)),
                ("folded", models.CharField(max_length=120)),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="landmarks",
                        to="places.place",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="landmark",
            constraint=models.UniqueConstraint(
                fields=("name", "place"), name="landmark_lies_in_a_commune_once"
            ),
        ),
    ]
