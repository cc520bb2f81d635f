"""Everybody with a hand in a listing: none of them decides the objection to it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lookup", "0006_pictures_wait_for_their_copy")]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="hands",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), null=True, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("hands__contains", [models.F("decided_by")]), _negated=True),
                name="dispute_is_decided_by_nobody_with_a_hand_in_it",
            ),
        ),
    ]
