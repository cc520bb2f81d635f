"""Whether an officer said how urgent a tip is, or only the machine."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tips", "0020_longer_language_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="tip",
            name="urgency_is_rated",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
