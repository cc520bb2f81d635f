"""Under which name the log goes on since a backup was brought back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("public_log", "0002_opening_of_a_report")]

    operations = [
        migrations.AddField(
            model_name="logpace",
            name="restored_as",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
    ]
