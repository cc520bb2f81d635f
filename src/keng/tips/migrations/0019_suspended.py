"""Tips may be suspended by a decision, and taken up again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0018_waves")]

    operations = [
        migrations.AddField(
            model_name="tip", name="suspended_at", field=models.DateTimeField(null=True)
        ),
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("accepted", "Taken on"),
                    ("duplicate", "Joined to an incident"),
                    ("routed", "Passed to another unit"),
                    ("sorted", "Sorted"),
                    ("rated", "Value rated"),
                    ("replied", "Reporter answered"),
                    ("outcome", "Outcome recorded"),
                    ("closed", "Closed"),
                    ("reopened", "Reopened"),
                    ("declined", "Not a tip, answered"),
                    ("separated", "Taken out of the incident"),
                    ("set_aside", "Set aside"),
                    ("suspended", "Suspended"),
                    ("resumed", "Taken up again"),
                ],
                max_length=10,
            ),
        ),
    ]
