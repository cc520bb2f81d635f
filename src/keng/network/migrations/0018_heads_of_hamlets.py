"""A lead can be the head of a hamlet, and a hamlet has one head."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0017_leads_are_told_by_their_own_channel"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="head_of",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="places.place",
            ),
        ),
    ]
