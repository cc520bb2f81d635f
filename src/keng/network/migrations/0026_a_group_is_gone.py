"""When the provider of a group's channel said that the group exists no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0025_no_day_written")]

    operations = [
        migrations.AddField("group", "gone_at", models.DateTimeField(blank=True, null=True)),
    ]
