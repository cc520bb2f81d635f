"""A joint call knows for an hour by which dispatch it was made, so that it tells what came of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0072_joint_calls")]

    operations = [
        migrations.AddField(
            "alarmcall",
            "is_joint",
            models.BooleanField(db_default=False, default=False),
        ),
    ]
