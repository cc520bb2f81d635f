"""Figures of a span find its tips by an index, made beside writers, however old all others are."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tips", "0095_transfers")]

    operations = [
        AddIndexConcurrently(
            model_name="tip",
            index=models.Index(
                fields=["responsible_unit", "received_at"], name="tip_of_unit_by_time"
            ),
        ),
    ]
