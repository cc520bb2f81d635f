from django.db import migrations, models


class Migration(migrations.Migration):
    """Who ended a lead's part: the desk, or whoever held the lead's link."""

    dependencies = [("network", "0002_group_targets")]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="stopped_by_link",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
