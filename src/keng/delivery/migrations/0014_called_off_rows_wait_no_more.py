"""A row that was called off never waits to be sent again, whatever a sender reports of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0013_rows_called_off_before"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(called_off_at__isnull=True)
                | ~models.Q(state__in=["queued", "not_now"]),
                name="called_off_row_waits_no_more",
            ),
        ),
    ]
