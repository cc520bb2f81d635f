"""What a period ends is found by an index, made beside writers, however many tips were purged."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tips", "0096_tips_of_a_unit_by_time")]

    operations = [
        AddIndexConcurrently(
            model_name="tip",
            index=models.Index(
                fields=["outcome", "closed_at"],
                condition=models.Q(state="closed", purged_at__isnull=True),
                name="tip_to_purge",
            ),
        ),
    ]
