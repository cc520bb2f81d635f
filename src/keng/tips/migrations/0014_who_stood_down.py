"""Who was told to stand down is kept beside who was called."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tips", "0013_check_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="alarmcall",
            name="is_stand_down",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
