"""A critical tip can be taken on by the link of a text message; it is opened soon after."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0093_money_of_today_is_over_and_counts")]

    operations = [
        migrations.AddField(
            model_name="alarm",
            name="taken_by_link_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(
                condition=models.Q(("taken_by_link_at__isnull", False)),
                fields=["taken_by_link_at"],
                name="alarm_taken_by_link",
            ),
        ),
    ]
