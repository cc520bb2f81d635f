"""When a reporter said that a tip is meant for the unit it seems to be about, after all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0024_concern_is_guess")]

    operations = [
        migrations.AddField(
            model_name="tip", name="meant_for_unit_at", field=models.DateTimeField(null=True)
        ),
    ]
