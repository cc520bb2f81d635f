"""How many households a hamlet has, as its desk counts them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0003_landmark")]

    operations = [
        migrations.AddField(
            model_name="place",
            name="household_count",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("household_count__isnull", True), ("kind", "hamlet"), _connector="OR"),
                name="households_are_counted_by_hamlet",
            ),
        ),
    ]
