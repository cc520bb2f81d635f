"""Whoever looked something up: a recipient that no row names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0007_count_correspondents")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="recipient_kind",
            field=models.CharField(
                choices=[
                    ("group", "Group"),
                    ("subscription", "Subscriber"),
                    ("conversation", "Reporter"),
                    ("pager", "An officer's pager"),
                    ("room", "Emergency room"),
                    ("asker", "Who looked something up"),
                ],
                max_length=12,
            ),
        ),
    ]
