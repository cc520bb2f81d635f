"""Whether somebody said that a tip is about a unit, or the machine read it in the words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0023_danger_in_later_messages")]

    operations = [
        migrations.AddField(
            model_name="tipconcern",
            name="is_guess",
            field=models.BooleanField(default=False, db_default=False),
        ),
    ]
